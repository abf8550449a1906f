"use client";

import { useTranslations } from "use-intl";
import { PageHeader } from "@/components/states";
import { ProfileForm } from "@/features/account/components/profile-form";

export function ProfileClient() {
  const t = useTranslations("account");
  return (
    <div className="grid gap-5">
      <PageHeader title={t("profileTitle")} lead={t("profileLead")} />
      <ProfileForm />
    </div>
  );
}
