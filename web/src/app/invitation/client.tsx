"use client";

import { useTranslations } from "use-intl";
import { AuthPage } from "@/components/auth-page";
import { OfferPage } from "@/features/invitations/components/offer-page";
import { useSearch } from "@/lib/router";

export function InvitationClient() {
  const t = useTranslations("invitations");
  const [params] = useSearch();
  return (
    <AuthPage title={t("pageTitle")}>
      <OfferPage token={params.get("token") ?? ""} />
    </AuthPage>
  );
}
