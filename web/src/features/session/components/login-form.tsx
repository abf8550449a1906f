"use client";

import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Button } from "@/components/ui/button";
import { FormProblem } from "@/features/identity/components/form-problem";
import { ResendVerification } from "@/features/identity/components/resend-verification";
import { useFilled } from "@/features/identity/form";
import { ApiError } from "@/lib/problem";
import { isChallenge, useSignIn } from "../queries";

interface LoginFormProps {
  onSignedIn: () => void;
  onChallenge: (challenge: string) => void;
}

/** Address and password; a second factor's challenge is handed on. */
export function LoginForm({ onSignedIn, onChallenge }: LoginFormProps) {
  const t = useTranslations("login");
  const signIn = useSignIn();
  const { missing, submit } = useFilled(["email", "password"], (values) =>
    signIn.mutate(values, {
      onSuccess: (answer) => (isChallenge(answer) ? onChallenge(answer.challenge) : onSignedIn()),
    }),
  );
  const refused = signIn.error instanceof ApiError && signIn.error.status === 401;
  const unverified = signIn.error instanceof ApiError && signIn.error.code === "email_unverified";
  const busy = signIn.isPending || signIn.isSuccess;
  return (
    <form data-testid="login-form" onSubmit={submit} noValidate className="grid gap-4">
      <Field label={t("email")} name="email" type="email" autoComplete="username" required aria-invalid={refused} />
      <SecretField
        label={t("password")}
        name="password"
        autoComplete="current-password"
        required
        aria-invalid={refused}
      />
      <FormProblem missing={missing} error={signIn.error} />
      {unverified && signIn.variables ? <ResendVerification email={signIn.variables.email} /> : null}
      <Button type="submit" size="lg" disabled={busy}>
        {busy ? t("submitting") : t("submit")}
      </Button>
    </form>
  );
}
