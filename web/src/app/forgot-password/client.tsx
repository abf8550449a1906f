"use client";

import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { SignInLink } from "@/components/sign-in-link";
import { Alert } from "@/components/ui/alert";
import { AtClerk } from "@/features/clerk/components/at-clerk";
import { ForgotForm } from "@/features/identity/components/forgot-form";
import { useIdentity } from "@/features/identity/queries";

export function ForgotPasswordClient() {
  const t = useTranslations("identity");
  const identity = useIdentity().data;
  if (identity?.provider === "clerk") {
    return (
      <AuthPage title={t("forgotTitle")} footer={<SignInLink />}>
        <AtClerk />
      </AuthPage>
    );
  }
  const silent = identity?.mail === false;
  return (
    <AuthPage title={t("forgotTitle")} lead={silent ? undefined : t("forgotLead")} footer={<SignInLink />}>
      {silent ? <Alert tone="info">{t("mailDisabled")}</Alert> : <ForgotForm />}
    </AuthPage>
  );
}
