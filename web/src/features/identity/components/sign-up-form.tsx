"use client";

import { useTranslations } from "use-intl";
import { Field, SecretField } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useFilled } from "../form";
import { useSignUp } from "../queries";
import { FormProblem } from "./form-problem";
import { ResendVerification } from "./resend-verification";

const NAMES = ["name", "organization_name", "email", "password"] as const;

/** Who you are and what your organization is called; then the letter is awaited. */
export function SignUpForm() {
  const t = useTranslations("identity");
  const login = useTranslations("login");
  const signUp = useSignUp();
  const { missing, submit } = useFilled(NAMES, (values) => signUp.mutate(values));
  if (signUp.isSuccess) return <LetterSent email={signUp.variables.email} />;
  return (
    <form data-testid="sign-up-form" onSubmit={submit} noValidate className="grid gap-4">
      <Field label={t("name")} name="name" autoComplete="name" required maxLength={120} />
      <Field
        label={t("organizationName")}
        name="organization_name"
        autoComplete="organization"
        required
        maxLength={120}
      />
      <Field label={login("email")} name="email" type="email" autoComplete="username" required />
      <SecretField
        label={login("password")}
        name="password"
        autoComplete="new-password"
        hint={t("passwordRule")}
        required
      />
      <FormProblem missing={missing} error={signUp.error} />
      <Button type="submit" size="lg" disabled={signUp.isPending}>
        {signUp.isPending ? t("sending") : t("signUp")}
      </Button>
    </form>
  );
}

function LetterSent({ email }: { email: string }) {
  const t = useTranslations("identity");
  return (
    <div data-testid="letter-sent" className="grid gap-4">
      <Alert tone="success" role="status">
        <p className="break-words">{t("signUpSent", { email })}</p>
      </Alert>
      <p className="text-[13px] text-muted-foreground">{t("signUpSentLead")}</p>
      <ResendVerification email={email} />
    </div>
  );
}
