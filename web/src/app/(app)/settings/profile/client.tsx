"use client";

import { useTranslations } from "use-intl";
import { PageHeader } from "@/components/states";
import { ConfirmEmail } from "@/features/account/components/confirm-email";
import { ProfileForm } from "@/features/account/components/profile-form";
import { useToken } from "@/features/identity/use-token";

export function ProfileClient() {
  const t = useTranslations("account");
  return (
    <div className="grid gap-5">
      <PageHeader title={t("profileTitle")} lead={t("profileLead")} />
      <ConfirmEmail token={useToken()} />
      <ProfileForm />
    </div>
  );
}
