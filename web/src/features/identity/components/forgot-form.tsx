"use client";

import { useTranslations } from "use-intl";
import { Field } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useFilled } from "../form";
import { useAskReset } from "../queries";
import { FormProblem } from "./form-problem";

/** Asks for a link; the answer is the same whether or not the address has an account. */
export function ForgotForm() {
  const t = useTranslations("identity");
  const login = useTranslations("login");
  const ask = useAskReset();
  const { missing, submit } = useFilled(["email"], ({ email }) => ask.mutate(email));
  if (ask.isSuccess) {
    return (
      <Alert tone="success" role="status" data-testid="reset-letter-sent">
        <p className="break-words">{t("linkSent", { email: ask.variables })}</p>
      </Alert>
    );
  }
  return (
    <form data-testid="forgot-form" onSubmit={submit} noValidate className="grid gap-4">
      <Field label={login("email")} name="email" type="email" autoComplete="username" required />
      <FormProblem missing={missing} error={ask.error} />
      <Button type="submit" size="lg" disabled={ask.isPending}>
        {ask.isPending ? t("sending") : t("sendLink")}
      </Button>
    </form>
  );
}
