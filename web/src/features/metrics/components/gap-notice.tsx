"use client";

import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { formatDay } from "@/lib/format";
import type { MetricsResult } from "@/lib/model";

type Gap = MetricsResult["gaps"][number];
const NAMED_DAYS = 6;

/** Names what is missing, so that a low number is not taken for a true one. */
export function GapNotice({ gaps }: { gaps: readonly Gap[] }) {
  const t = useTranslations("dashboard");
  const text = useGapText();
  const [first] = gaps;
  if (!first) return null;
  return (
    <Alert tone="warning" role="status" data-testid="gap-notice">
      {gaps.length === 1 ? (
        <p>{text(first)}</p>
      ) : (
        <details>
          <summary className="cursor-pointer">
            {t("gapsMany", { count: gaps.length })}{" "}
            <span className="underline underline-offset-2">{t("gapsShow")}</span>
          </summary>
          <ul className="mt-2 grid max-h-48 gap-1 overflow-y-auto">
            {gaps.map((gap) => (
              <li key={gap.advertiser_id}>{text(gap)}</li>
            ))}
          </ul>
        </details>
      )}
    </Alert>
  );
}

function useGapText(): (gap: Gap) => string {
  const t = useTranslations("dashboard");
  return ({ advertiser_name, dates }) => {
    const days = dates.slice(0, NAMED_DAYS).map((day) => formatDay(day));
    if (dates.length > NAMED_DAYS) days.push("…");
    return t("gapsOne", { count: dates.length, name: advertiser_name, days: days.join(", ") });
  };
}
