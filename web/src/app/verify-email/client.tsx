"use client";

import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { SignInLink } from "@/components/sign-in-link";
import { VerifyForm } from "@/features/identity/components/verify-form";
import { useToken } from "@/features/identity/use-token";

export function VerifyEmailClient() {
  const t = useTranslations("identity");
  const token = useToken();
  return (
    <AuthPage title={t("verifyTitle")} lead={t("verifyLead")} footer={<SignInLink />}>
      <VerifyForm token={token} onSignedIn={() => location.assign("/")} />
    </AuthPage>
  );
}
