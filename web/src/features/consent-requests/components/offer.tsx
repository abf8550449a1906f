"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { formatInstant } from "@/lib/format";
import type { ConsentOffer } from "@/lib/model";
import { useOpenLink } from "../queries";

/** Who asks, for what, until when; on to Amazon. */
export function Offer({ offer, token }: { offer: ConsentOffer; token: string }) {
  const t = useTranslations("consent");
  const regions = useTranslations("connections");
  const open = useOpenLink();
  const organization = offer.organization_name;
  const asked = { requester: offer.requester, region: regions(offer.region) };
  return (
    <div className="grid gap-4 text-[13px]" data-testid="consent-offer">
      <div className="grid gap-1.5">
        <h1 className="font-semibold text-lg leading-snug">{t("visitorTitle", { organization })}</h1>
        <p className="text-muted-foreground">
          {offer.reauthorizes ? t("visitorRenews", asked) : t("visitorLead", asked)}
        </p>
      </div>
      {offer.note ? (
        <figure className="rounded-md border bg-secondary px-3 py-2">
          <figcaption className="text-muted-foreground text-xs">{t("visitorNote")}</figcaption>
          <blockquote className="break-words">{offer.note}</blockquote>
        </figure>
      ) : null}
      <div className="grid gap-1.5">
        <h2 className="font-medium">{t("visitorScopes", { organization })}</h2>
        <ul className="list-disc space-y-1 pl-5">
          {offer.scopes.map((scope) => (
            <li key={scope}>{scope}</li>
          ))}
        </ul>
        {offer.read_only ? <p>{t("readOnly", { organization })}</p> : null}
      </div>
      <p className="text-muted-foreground">
        {t("visitorPassword", { organization })} {t("visitorUndo")}
      </p>
      {open.error ? <Problem error={open.error} /> : null}
      <Button size="lg" disabled={open.isPending || open.isSuccess} onClick={() => open.mutate(token)}>
        {open.isPending || open.isSuccess ? t("leaving") : t("continue")}
      </Button>
      <p className="text-muted-foreground text-xs">{t("visitorUntil", { time: formatInstant(offer.expires_at) })}</p>
    </div>
  );
}
