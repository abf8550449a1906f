"use client";

import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { SignInLink } from "@/components/sign-in-link";
import { AtClerk } from "@/features/clerk/components/at-clerk";
import { ResetForm } from "@/features/identity/components/reset-form";
import { useIdentity } from "@/features/identity/queries";
import { useToken } from "@/features/identity/use-token";

export function ResetPasswordClient() {
  const t = useTranslations("identity");
  const token = useToken();
  const atClerk = useIdentity().data?.provider === "clerk";
  return (
    <AuthPage title={t("resetTitle")} lead={t("resetLead")} footer={<SignInLink />}>
      {atClerk ? <AtClerk /> : <ResetForm token={token} />}
    </AuthPage>
  );
}
