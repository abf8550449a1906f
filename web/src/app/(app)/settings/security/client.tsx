"use client";

import { useTranslations } from "use-intl";
import { PageHeader, Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Skeleton } from "@/components/ui/skeleton";
import { PasswordForm } from "@/features/account/components/password-form";
import { SecondFactorCard } from "@/features/account/components/second-factor-card";
import { useIdentity } from "@/features/identity/queries";

export function SecurityClient() {
  const t = useTranslations("account");
  const identity = useIdentity();
  return (
    <div className="grid gap-5">
      <PageHeader title={t("securityTitle")} lead={t("securityLead")} />
      {identity.isPending ? <Skeleton className="h-64 w-full" /> : null}
      {identity.error ? <Problem error={identity.error} onRetry={() => identity.refetch()} /> : null}
      {identity.data?.provider === "clerk" ? <Alert tone="info">{t("elsewhere")}</Alert> : null}
      {identity.data?.provider === "builtin" ? (
        <>
          <PasswordForm />
          <SecondFactorCard />
        </>
      ) : null}
    </div>
  );
}
