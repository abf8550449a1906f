"use client";

import { MoreHorizontal } from "lucide-react";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { GrantBadges } from "@/features/roles/components/grant-badges";
import { useCan, useSession } from "@/features/session/queries";
import type { Member } from "@/lib/model";

export type MemberAct = "change" | "remove" | "viewAs";

interface MemberTableProps {
  members: readonly Member[];
  onAct: (act: MemberAct, member: Member) => void;
}

export function MemberTable({ members, onAct }: MemberTableProps) {
  const t = useTranslations("members");
  return (
    <Card>
      <TableScroller label={t("table")}>
        <Table>
          <thead>
            <tr>
              <Th>{t("name")}</Th>
              <Th>{t("roles")}</Th>
              <Th>{t("lastSeen")}</Th>
              <Th>{t("secondFactor")}</Th>
              <Th>{t("status")}</Th>
              <Th className="text-right">{t("actions")}</Th>
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <MemberRow key={member.user_id} member={member} onAct={onAct} />
            ))}
          </tbody>
        </Table>
      </TableScroller>
    </Card>
  );
}

interface MemberRowProps {
  member: Member;
  onAct: (act: MemberAct, member: Member) => void;
}

function MemberRow({ member, onAct }: MemberRowProps) {
  const t = useTranslations("members");
  const own = useSession().data?.user.id === member.user_id;
  return (
    <Tr data-testid="member-row" data-user-id={member.user_id}>
      <Td>
        <span className="flex items-center gap-2 font-medium">
          {member.name || member.email}
          {own ? <Badge tone="info">{t("you")}</Badge> : null}
        </span>
        <span className="block text-muted-foreground text-xs">{member.email}</span>
      </Td>
      <Td>
        <GrantBadges grants={member.grants} />
      </Td>
      <Td className="whitespace-nowrap">{member.last_seen_at ? <Instant at={member.last_seen_at} /> : t("never")}</Td>
      <Td>
        <Badge tone={member.second_factor ? "success" : "neutral"}>{t(member.second_factor ? "on" : "off")}</Badge>
      </Td>
      <Td>
        <Badge tone={member.status === "active" ? "success" : "warning"}>{t(member.status)}</Badge>
      </Td>
      <Td className="text-right">
        <MemberMenu member={member} own={own} onAct={onAct} />
      </Td>
    </Tr>
  );
}

function MemberMenu({ member, own, onAct }: MemberRowProps & { own: boolean }) {
  const t = useTranslations("members");
  const mayView = useCan()("member:view_as") && !own;
  const acts: MemberAct[] = [
    ...(member.manageable ? (["change"] as const) : []),
    ...(mayView ? (["viewAs"] as const) : []),
  ];
  if (member.manageable && !own) acts.push("remove");
  if (!acts.length) return null;
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger
        aria-label={t("actionsFor", { name: member.name || member.email })}
        className="inline-grid size-8 place-items-center rounded-md hover:bg-accent"
      >
        <MoreHorizontal aria-hidden className="size-4" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {acts.map((act) => (
          <DropdownMenuItem key={act} onSelect={() => onAct(act, member)}>
            {t(act)}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
