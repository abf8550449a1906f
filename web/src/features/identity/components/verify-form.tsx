"use client";

import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { ApiError } from "@/lib/problem";
import { useFilled } from "../form";
import { useResendVerification, useVerify } from "../queries";
import { FormProblem } from "./form-problem";

const OVER = new Set(["link_invalid", "link_expired"]);

/** The link of the letter and the password chosen at sign-up together make the account. */
export function VerifyForm({ token, onSignedIn }: { token: string; onSignedIn: () => void }) {
  const t = useTranslations("identity");
  const login = useTranslations("login");
  const verify = useVerify();
  const { missing, submit } = useFilled(["password"], ({ password }) =>
    verify.mutate({ token, password }, { onSuccess: onSignedIn }),
  );
  const over = verify.error instanceof ApiError && OVER.has(verify.error.code);
  const busy = verify.isPending || verify.isSuccess;
  if (!token) return <Alert tone="warning">{t("noToken")}</Alert>;
  if (over) return <AnotherLetter error={verify.error} />;
  return (
    <form data-testid="verify-form" onSubmit={submit} noValidate className="grid gap-4">
      <SecretField label={login("password")} name="password" autoComplete="current-password" required />
      <FormProblem missing={missing} error={verify.error} />
      <Button type="submit" size="lg" disabled={busy}>
        {busy ? t("verifying") : t("verify")}
      </Button>
    </form>
  );
}

/** The link is over: the address is asked for again. */
function AnotherLetter({ error }: { error: Error | null }) {
  const t = useTranslations("identity");
  const login = useTranslations("login");
  const resend = useResendVerification();
  const { missing, submit } = useFilled(["email"], ({ email }) => resend.mutate(email));
  return (
    <form data-testid="another-letter" onSubmit={submit} noValidate className="grid gap-4">
      <FormProblem error={error} />
      <Field label={login("email")} name="email" type="email" autoComplete="username" required />
      <FormProblem missing={missing} error={resend.error} />
      {resend.isSuccess ? (
        <Alert tone="success" role="status">
          {t("sentAgain")}
        </Alert>
      ) : null}
      <Button type="submit" size="lg" disabled={resend.isPending}>
        {resend.isPending ? t("sending") : t("newLetter")}
      </Button>
    </form>
  );
}
