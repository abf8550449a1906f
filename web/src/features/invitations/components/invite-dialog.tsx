"use client";

import { UserPlus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Input, Label } from "@/components/ui/input";
import { GrantsField } from "@/features/roles/components/grants-field";
import { type GrantDraft, isComplete, newDraft, wishesOf } from "@/features/roles/grants";
import { useSession } from "@/features/session/queries";
import type { SentInvitation } from "@/lib/model";
import { useInvite } from "../queries";
import { SentLink } from "./sent-link";

export function InviteDialog() {
  const t = useTranslations("invitations");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  const [sent, setSent] = useState<SentInvitation | null>(null);
  const change = (next: boolean) => {
    setOpen(next);
    setSent(null);
  };
  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button data-testid="invite">
          <UserPlus aria-hidden />
          {t("invite")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")} className="max-h-[calc(100dvh-2rem)] max-w-lg overflow-y-auto">
        <div className="grid gap-1">
          <DialogTitle>{sent ? t("sentTitle", { email: sent.invitation.email }) : t("dialogTitle")}</DialogTitle>
          <DialogDescription>
            {sent ? t(sent.letter_sent ? "sentByLetter" : "sentByHand") : t("dialogLead")}
          </DialogDescription>
        </div>
        {sent ? <SentLink link={sent.link} onDone={() => change(false)} /> : <InviteForm onSent={setSent} />}
      </DialogContent>
    </Dialog>
  );
}

function InviteForm({ onSent }: { onSent: (sent: SentInvitation) => void }) {
  const t = useTranslations("invitations");
  const roles = useTranslations("roles");
  const id = useId();
  const invite = useInvite();
  const limited = useSession().data?.brand_ids !== null;
  const [drafts, setDrafts] = useState<GrantDraft[]>(() => [{ ...newDraft(0), brands: limited ? [] : null }]);
  const [missing, setMissing] = useState<"email" | "brands" | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    const lacking = email ? (isComplete(drafts) ? null : "brands") : "email";
    setMissing(lacking);
    if (!lacking) invite.mutate({ email, grants: wishesOf(drafts) }, { onSuccess: onSent });
  };
  return (
    <form data-testid="invite-form" onSubmit={submit} noValidate className="grid gap-4">
      <div className="grid gap-1.5">
        <Label htmlFor={id}>{t("email")}</Label>
        <Input id={id} name="email" type="email" required maxLength={320} autoComplete="off" />
      </div>
      <GrantsField drafts={drafts} onChange={setDrafts} />
      <div aria-live="assertive" className="grid gap-2 empty:hidden">
        {missing ? (
          <Alert tone="warning">{missing === "email" ? t("emailMissing") : roles("brandMissing")}</Alert>
        ) : null}
        {invite.error ? <Problem error={invite.error} /> : null}
      </div>
      <Button type="submit" size="lg" disabled={invite.isPending}>
        {t("send")}
      </Button>
    </form>
  );
}
