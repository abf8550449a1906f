"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useCan } from "@/features/session/queries";
import type { Permission, Role } from "@/lib/model";
import { usePermissions, useSaveRole } from "../queries";
import { useRoleName } from "./role-name";

interface RoleDialogProps {
  role: Role | null;
  mayEdit: boolean;
  onClose: () => void;
}

/** Makes a role, changes one, or (built-in ones, and for who may not change any) shows it. */
export function RoleDialog({ role, mayEdit, onClose }: RoleDialogProps) {
  const t = useTranslations("roles");
  const app = useTranslations("app");
  const nameOf = useRoleName();
  const fixed = !mayEdit || (role?.built_in ?? false);
  const title = fixed ? t("viewTitle", { name: nameOf(role?.name ?? "") }) : t(role ? "changeTitle" : "newTitle");
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")} className="max-h-[calc(100dvh-2rem)] max-w-lg overflow-y-auto">
        <div className="grid gap-1">
          <DialogTitle>{title}</DialogTitle>
          <DialogDescription>{fixed ? t("lead") : t(role ? "changeLead" : "formLead")}</DialogDescription>
        </div>
        <RoleForm role={role} fixed={fixed} onDone={onClose} />
      </DialogContent>
    </Dialog>
  );
}

function RoleForm({ role, fixed, onDone }: { role: Role | null; fixed: boolean; onDone: () => void }) {
  const t = useTranslations("roles");
  const id = useId();
  const save = useSaveRole(role?.id ?? null);
  const [chosen, setChosen] = useState<readonly string[]>(role?.permissions ?? []);
  const [missing, setMissing] = useState(false);
  const toggle = (name: string) =>
    setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    setMissing(!name || !chosen.length);
    if (!name || !chosen.length) return;
    const saved = () => {
      toast.success(t("saved", { name }));
      onDone();
    };
    save.mutate({ name, permissions: [...chosen] }, { onSuccess: saved });
  };
  return (
    <form data-testid="role-form" onSubmit={submit} noValidate className="grid gap-4">
      {fixed ? null : (
        <div className="grid gap-1.5">
          <Label htmlFor={id}>{t("name")}</Label>
          <Input id={id} name="name" defaultValue={role?.name ?? ""} maxLength={120} required autoComplete="off" />
        </div>
      )}
      <PermissionChecks chosen={chosen} fixed={fixed} onToggle={toggle} />
      <div aria-live="assertive" className="grid gap-2 empty:hidden">
        {missing ? <Alert tone="warning">{t("missing")}</Alert> : null}
        {save.error ? <Problem error={save.error} /> : null}
      </div>
      {fixed ? null : (
        <Button type="submit" size="lg" disabled={save.isPending}>
          {t("save")}
        </Button>
      )}
    </form>
  );
}

interface PermissionChecksProps {
  chosen: readonly string[];
  fixed: boolean;
  onToggle: (name: string) => void;
}

function PermissionChecks({ chosen, fixed, onToggle }: PermissionChecksProps) {
  const t = useTranslations("roles");
  const permissions = usePermissions();
  if (permissions.isPending) return <Skeleton className="h-64 w-full" />;
  if (permissions.error) return <Problem error={permissions.error} onRetry={() => void permissions.refetch()} />;
  const shown = fixed ? permissions.data.filter((each) => chosen.includes(each.name)) : permissions.data;
  return (
    <fieldset className="grid gap-0.5">
      <legend className="mb-1.5 font-medium text-[13px]">{t("permissions")}</legend>
      {shown.map((permission) => (
        <PermissionCheck
          key={permission.name}
          permission={permission}
          checked={chosen.includes(permission.name)}
          fixed={fixed}
          onToggle={() => onToggle(permission.name)}
        />
      ))}
    </fieldset>
  );
}

interface PermissionCheckProps {
  permission: Permission;
  checked: boolean;
  fixed: boolean;
  onToggle: () => void;
}

function PermissionCheck({ permission, checked, fixed, onToggle }: PermissionCheckProps) {
  const t = useTranslations("roles");
  const held = useCan()(permission.name);
  const id = useId();
  const closed = permission.owner_only ? t("ownerOnly") : held ? null : t("notHeld");
  return (
    <label htmlFor={id} className="flex items-start gap-2.5 rounded-md px-1.5 py-1.5 hover:bg-accent">
      <Checkbox
        id={id}
        checked={checked}
        disabled={fixed || closed !== null}
        onCheckedChange={onToggle}
        className="mt-0.5 disabled:opacity-60"
      />
      <span className="min-w-0 text-[13px]">
        <span className="block">{permission.description}</span>
        <span className="block font-mono text-muted-foreground text-xs">{permission.name}</span>
        {!fixed && closed ? <span className="block text-muted-foreground text-xs">{closed}</span> : null}
      </span>
    </label>
  );
}
