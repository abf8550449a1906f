"use client";

import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import type { QuotaFamily, QuotaRegion } from "@/lib/model";
import { shownFamilies, strainOf, useQuota } from "../quota";

const TONES = { none: "success", some: "primary", hard: "danger" } as const;
const COUNT = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

/** What requests to Amazon were spent today, and what may still be spent, per region. */
export function QuotaPanel() {
  const t = useTranslations("quota");
  const quota = useQuota();
  return (
    <Card data-testid="quota">
      <CardHeader>
        <div>
          <CardTitle>{t("title")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("lead")}</p>
        </div>
      </CardHeader>
      {quota.error ? (
        <div className="p-4">
          <Problem error={quota.error} onRetry={() => void quota.refetch()} />
        </div>
      ) : quota.data?.length ? (
        <div className="grid gap-x-8 gap-y-6 px-4 py-4 lg:grid-cols-2">
          {quota.data.map((region) => (
            <RegionQuota key={region.region} region={region} />
          ))}
        </div>
      ) : quota.data ? (
        <Empty title={t("none")} detail={t("noneDetail")} />
      ) : (
        <Skeleton className="m-4 h-24" />
      )}
    </Card>
  );
}

function RegionQuota({ region }: { region: QuotaRegion }) {
  const t = useTranslations("quota");
  const name = t(`region${region.region}`);
  return (
    <section
      aria-label={name}
      className="grid content-start gap-3"
      data-region={region.region}
      data-requests={region.requests}
      data-throttled={region.throttled}
    >
      <div>
        <h3 className="font-medium text-[13px]">{name}</h3>
        <p className="text-muted-foreground text-xs tabular-nums" data-testid="quota-refresh">
          {t(region.refresh_measured ? "refresh" : "refreshEstimated", { count: region.refresh_requests })}
        </p>
      </div>
      <ul className="grid gap-3">
        {shownFamilies(region).map((family) => (
          <FamilyQuota key={family.family} family={family} region={name} />
        ))}
      </ul>
    </section>
  );
}

function FamilyQuota({ family, region }: { family: QuotaFamily; region: string }) {
  const t = useTranslations("quota");
  const strain = strainOf(family);
  const name = t(family.family);
  const rate = family.rate_per_minute;
  const budget = family.budget_per_minute;
  return (
    <li className="grid gap-1 text-xs tabular-nums" data-family={family.family} data-strain={strain}>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="text-[13px]">{name}</span>
        {family.blocked_seconds > 0 ? (
          <Badge tone="danger">{t("blocked", { seconds: Math.ceil(family.blocked_seconds) })}</Badge>
        ) : null}
      </div>
      {rate !== null && budget !== null ? (
        <Progress fraction={rate / budget} label={t("paceOf", { family: name, region })} tone={TONES[strain]} />
      ) : null}
      <p className="flex flex-wrap gap-x-3 text-muted-foreground">
        <span>{t("spent", { count: COUNT.format(family.requests) })}</span>
        <span>
          {family.allowance_left === null ? t("unlimited") : t("left", { count: COUNT.format(family.allowance_left) })}
        </span>
        {family.throttled ? (
          <span className="text-destructive">
            {t("throttled", { percent: PERCENT.format(family.throttled_share) })}
          </span>
        ) : null}
        {rate !== null && budget !== null ? (
          <span>{t("pace", { rate: COUNT.format(rate), budget: COUNT.format(budget) })}</span>
        ) : null}
      </p>
    </li>
  );
}
