"use client";

import { Eye, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { useCan, useSession } from "@/features/session/queries";
import type { Role } from "@/lib/model";
import { roleValue } from "../grants";
import { useRoles } from "../queries";
import { DeleteRoleDialog } from "./delete-role-dialog";
import { RoleDialog } from "./role-dialog";
import { useRoleName } from "./role-name";

type Open = { what: "form" | "delete"; role: Role | null } | null;

export function RoleList() {
  const t = useTranslations("roles");
  const roles = useRoles();
  const session = useSession();
  const mayEdit = useCan()("role:manage") && session.data?.brand_ids === null;
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        {mayEdit ? (
          <Button data-testid="new-role" onClick={() => setOpen({ what: "form", role: null })}>
            <Plus aria-hidden />
            {t("add")}
          </Button>
        ) : null}
      </PageHeader>
      {roles.isPending ? <Skeleton className="h-64 w-full rounded-lg" /> : null}
      {roles.error ? <Problem error={roles.error} onRetry={() => void roles.refetch()} /> : null}
      {roles.data ? <RoleTable roles={roles.data} mayEdit={mayEdit} onOpen={setOpen} /> : null}
      {open?.what === "form" ? <RoleDialog role={open.role} mayEdit={mayEdit} onClose={close} /> : null}
      {open?.what === "delete" && open.role ? <DeleteRoleDialog role={open.role} onClose={close} /> : null}
    </div>
  );
}

interface RoleTableProps {
  roles: readonly Role[];
  mayEdit: boolean;
  onOpen: (open: Open) => void;
}

function RoleTable({ roles, mayEdit, onOpen }: RoleTableProps) {
  const t = useTranslations("roles");
  return (
    <Card>
      <TableScroller label={t("title")}>
        <Table>
          <thead>
            <tr>
              <Th>{t("role")}</Th>
              <Th>{t("kind")}</Th>
              <Th>{t("members")}</Th>
              <Th>{t("permissions")}</Th>
              <Th className="text-right">{t("actions")}</Th>
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => (
              <RoleRow key={roleValue(role)} role={role} mayEdit={mayEdit} onOpen={onOpen} />
            ))}
          </tbody>
        </Table>
      </TableScroller>
    </Card>
  );
}

function RoleRow({ role, mayEdit, onOpen }: { role: Role; mayEdit: boolean; onOpen: (open: Open) => void }) {
  const t = useTranslations("roles");
  const name = useRoleName()(role.name);
  const editable = mayEdit && !role.built_in;
  const Icon = editable ? Pencil : Eye;
  return (
    <Tr data-testid="role-row" data-role={roleValue(role)}>
      <Td className="font-medium">{name}</Td>
      <Td>
        <Badge tone={role.built_in ? "neutral" : "info"}>{t(role.built_in ? "builtIn" : "custom")}</Badge>
      </Td>
      <Td>{t("holders", { count: role.members })}</Td>
      <Td>{t("permissionCount", { count: role.permissions.length })}</Td>
      <Td className="whitespace-nowrap text-right">
        <Button
          variant="ghost"
          size="icon"
          aria-label={t(editable ? "edit" : "view", { name })}
          onClick={() => onOpen({ what: "form", role })}
        >
          <Icon aria-hidden />
        </Button>
        {editable ? (
          <Button
            variant="ghost"
            size="icon"
            aria-label={t("delete", { name })}
            onClick={() => onOpen({ what: "delete", role })}
          >
            <Trash2 aria-hidden />
          </Button>
        ) : null}
      </Td>
    </Tr>
  );
}
