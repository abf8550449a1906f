"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { GrantsField } from "@/features/roles/components/grants-field";
import { draftsOf, isComplete, wishesOf } from "@/features/roles/grants";
import type { Member } from "@/lib/model";
import { useChangeGrants } from "../queries";

export function GrantsDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("members");
  const roles = useTranslations("roles");
  const app = useTranslations("app");
  const name = member.name || member.email;
  const change = useChangeGrants(member.user_id);
  const [drafts, setDrafts] = useState(() => draftsOf(member.grants));
  const [incomplete, setIncomplete] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIncomplete(!isComplete(drafts));
    if (!isComplete(drafts)) return;
    const saved = () => {
      toast.success(t("saved", { name }));
      onClose();
    };
    change.mutate(wishesOf(drafts), { onSuccess: saved });
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")} className="max-h-[calc(100dvh-2rem)] max-w-lg overflow-y-auto">
        <div className="grid gap-1">
          <DialogTitle>{t("changeTitle", { name })}</DialogTitle>
          <DialogDescription>{t("changeLead")}</DialogDescription>
        </div>
        <form data-testid="grants-form" onSubmit={submit} className="grid gap-4">
          <GrantsField drafts={drafts} onChange={setDrafts} />
          <div aria-live="assertive" className="grid gap-2 empty:hidden">
            {incomplete ? <Alert tone="warning">{roles("brandMissing")}</Alert> : null}
            {change.error ? <Problem error={change.error} /> : null}
          </div>
          <Button type="submit" size="lg" disabled={change.isPending}>
            {t("save")}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
