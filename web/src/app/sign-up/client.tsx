"use client";

import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { SignInLink } from "@/components/sign-in-link";
import { Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Skeleton } from "@/components/ui/skeleton";
import { AtClerk } from "@/features/clerk/components/at-clerk";
import { SignUpForm } from "@/features/identity/components/sign-up-form";
import { useIdentity } from "@/features/identity/queries";

export function SignUpClient() {
  const t = useTranslations("identity");
  const identity = useIdentity();
  const open = identity.data?.provider === "builtin" && identity.data.sign_up === "open";
  return (
    <AuthPage title={t("signUpTitle")} lead={t("signUpLead")} footer={<SignInLink />}>
      {identity.isPending ? (
        <Skeleton className="h-72 w-full" />
      ) : identity.error ? (
        <Problem error={identity.error} onRetry={() => identity.refetch()} />
      ) : identity.data.provider === "clerk" ? (
        <AtClerk />
      ) : open ? (
        <SignUpForm />
      ) : (
        <Alert tone="info">
          <p className="font-medium">{t("signUpClosed")}</p>
          <p>{t("signUpClosedLead")}</p>
        </Alert>
      )}
    </AuthPage>
  );
}
