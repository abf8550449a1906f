"use client";

import { useId, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Label, NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { Member, Removal } from "@/lib/model";
import { useRemoval, useRemoveMember } from "../queries";

export function RemovalDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("members");
  const app = useTranslations("app");
  const removal = useRemoval(member.user_id);
  const name = member.name || member.email;
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")} className="max-h-[calc(100dvh-2rem)] max-w-lg overflow-y-auto">
        <div className="grid gap-1">
          <DialogTitle>{t("removeTitle", { name })}</DialogTitle>
          <DialogDescription>{t("removeLead", { email: member.email })}</DialogDescription>
        </div>
        {removal.isPending ? <Skeleton className="h-32 w-full" /> : null}
        {removal.error ? <Problem error={removal.error} onRetry={() => void removal.refetch()} /> : null}
        {removal.data ? <RemovalForm name={name} removal={removal.data} onClose={onClose} /> : null}
      </DialogContent>
    </Dialog>
  );
}

interface RemovalFormProps {
  name: string;
  removal: Removal;
  onClose: () => void;
}

function RemovalForm({ name, removal, onClose }: RemovalFormProps) {
  const t = useTranslations("members");
  const id = useId();
  const remove = useRemoveMember(removal.member.user_id);
  const [heirId, setHeirId] = useState("");
  const heir = removal.heirs.find((one) => one.user_id === heirId);
  const removed = () => {
    toast.success(t("removed", { name }));
    onClose();
  };
  if (removal.last_owner) return <Alert tone="warning">{t("lastOwner", { name })}</Alert>;
  return (
    <div data-testid="removal" className="grid grid-cols-1 gap-4">
      <Dependents removal={removal} heir={heir?.name || heir?.email} />
      <div className="grid gap-1.5">
        <Label htmlFor={id}>{t("heir")}</Label>
        <NativeSelect id={id} value={heirId} onChange={(event) => setHeirId(event.target.value)}>
          <option value="">{t("noHeir")}</option>
          {removal.heirs.map((one) => (
            <option key={one.user_id} value={one.user_id}>
              {one.name || one.email}
            </option>
          ))}
        </NativeSelect>
      </div>
      {remove.error ? <Problem error={remove.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button variant="outline" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button
          variant="destructive"
          disabled={remove.isPending}
          onClick={() => remove.mutate(heirId || null, { onSuccess: removed })}
        >
          {t("confirmRemove")}
        </Button>
      </div>
    </div>
  );
}

const KINDS = ["session", "invitation", "connection", "api_key"] as const;

/** What becomes of all that hangs on the member, with the heir chosen so far. */
function Dependents({ removal, heir }: { removal: Removal; heir: string | undefined }) {
  const t = useTranslations("members");
  const present = removal.dependents.filter((each) => each.count > 0);
  if (!present.length) return <p className="text-[13px]">{t("nothing")}</p>;
  return (
    <ul className="grid grid-cols-1 gap-2">
      {present.map(({ kind, count, items, with_heir, without_heir }) => {
        const known = KINDS.find((one) => one === kind);
        const outcome = heir ? with_heir : without_heir;
        return (
          <li
            key={kind}
            data-testid="dependent"
            data-kind={kind}
            data-outcome={outcome}
            className="rounded-md border p-2.5"
          >
            <p className="text-[13px]">
              <span className="font-medium">
                {known ? t(`kind_${known}`, { count }) : t("kind_other", { count, kind })}
              </span>{" "}
              {t(`outcome_${outcome}`, { heir: heir ?? "" })}
            </p>
            <p className="truncate text-muted-foreground text-xs">
              {items.map((item) => item.name).join(", ")}
              {count > items.length ? ` ${t("more", { count: count - items.length })}` : ""}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
