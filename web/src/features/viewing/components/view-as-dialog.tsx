"use client";

import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import type { Member } from "@/lib/model";
import { useViewAs } from "../queries";

export function ViewAsDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("viewing");
  const app = useTranslations("app");
  const id = useId();
  const view = useViewAs();
  const [missing, setMissing] = useState(false);
  const name = member.name || member.email;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    setMissing(!reason);
    if (reason) view.mutate({ user_id: member.user_id, reason });
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent closeLabel={app("close")}>
        <div className="grid gap-1">
          <DialogTitle>{t("dialogTitle", { name })}</DialogTitle>
          <DialogDescription>{t("dialogLead")}</DialogDescription>
        </div>
        <form data-testid="view-as-form" onSubmit={submit} noValidate className="grid gap-4">
          <div className="grid gap-1.5">
            <Label htmlFor={id}>{t("reason")}</Label>
            <Input
              id={id}
              name="reason"
              maxLength={320}
              required
              placeholder={t("reasonPlaceholder")}
              autoComplete="off"
            />
          </div>
          <div aria-live="assertive" className="empty:hidden">
            {missing ? <Alert tone="warning">{t("reasonMissing")}</Alert> : null}
            {view.error ? <Problem error={view.error} /> : null}
          </div>
          <Button type="submit" size="lg" disabled={view.isPending || view.isSuccess}>
            {t("start", { name })}
          </Button>
        </form>
      </DialogContent>
    </Dialog>
  );
}
