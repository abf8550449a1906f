"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { useListings } from "../queries";

/** How old what is shown is: the oldest list counts. */
export function ListingAge() {
  const t = useTranslations("campaigns");
  const listings = useListings().data;
  if (!listings?.length) return null;
  const ages = listings.flatMap((listing) => (listing.listed_at ? [listing.listed_at] : [])).sort();
  const first = listings.length - ages.length;
  const stuck = listings.filter((listing) => listing.error_code);
  return (
    <div className="flex flex-wrap items-center gap-2 text-[13px] text-muted-foreground" data-testid="listing-age">
      {ages[0] ? (
        <span className="whitespace-nowrap">
          {t("asOf")} <Instant at={ages[0]} className="tabular-nums" />
        </span>
      ) : null}
      {first ? <Badge tone="info">{t("firstListing", { count: first })}</Badge> : null}
      {stuck.length ? (
        <Badge tone="warning" title={stuck.map((one) => `${one.advertiser_name}: ${one.error_detail}`).join("\n")}>
          {t("stuck", { count: stuck.length })}
        </Badge>
      ) : null}
    </div>
  );
}
