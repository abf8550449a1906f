"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { FormProblem } from "@/features/identity/components/form-problem";
import { useFilled } from "@/features/identity/form";
import { useAskEmail } from "../queries";

/** Another address to sign in with: a letter goes there, and nothing changes before its link is opened. */
export function ChangeEmailDialog() {
  const t = useTranslations("account");
  const app = useTranslations("app");
  const [open, setOpen] = useState(false);
  const ask = useAskEmail();
  const toggle = (next: boolean) => {
    setOpen(next);
    ask.reset();
  };
  return (
    <Dialog open={open} onOpenChange={toggle}>
      <DialogTrigger asChild>
        <Button variant="outline" className="justify-self-start">
          {t("changeEmail")}
        </Button>
      </DialogTrigger>
      <DialogContent closeLabel={app("close")}>
        <DialogTitle>{t("changeEmail")}</DialogTitle>
        {ask.isSuccess ? (
          <Alert tone="success" role="status">
            {t("emailAsked", { email: ask.variables.email })}
          </Alert>
        ) : (
          <AskForm pending={ask.isPending} error={ask.error} onAsk={(body) => ask.mutate(body)} />
        )}
      </DialogContent>
    </Dialog>
  );
}

interface AskFormProps {
  pending: boolean;
  error: Error | null;
  onAsk: (body: { email: string; password: string }) => void;
}

function AskForm({ pending, error, onAsk }: AskFormProps) {
  const t = useTranslations("account");
  const { missing, submit } = useFilled(["email", "password"], onAsk);
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <DialogDescription>{t("changeEmailLead")}</DialogDescription>
      <Field label={t("newEmail")} name="email" type="email" autoComplete="email" maxLength={320} required />
      <SecretField label={t("password")} name="password" autoComplete="current-password" required />
      <FormProblem missing={missing} error={error} />
      <Button type="submit" size="lg" disabled={pending}>
        {pending ? t("working") : t("sendLetter")}
      </Button>
    </form>
  );
}
