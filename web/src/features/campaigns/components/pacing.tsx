"use client";

import { useTranslations } from "use-intl";
import { Progress } from "@/components/ui/progress";
import { numberIn } from "@/features/metrics/catalogue";
import { useMetrics } from "@/features/metrics/queries";
import { formatValue } from "@/lib/format";
import type { EntityVersion, MetricsQuery } from "@/lib/model";
import type { Kind } from "../state";
import { formatMicros } from "../words";

const DAY_MS = 86_400_000;
const MICROS = 1_000_000;

/** How much of the time and of the budget is used: spend comes from the reports, for the days they cover. */
export function Pacing({ kind, version }: { kind: Kind; version: EntityVersion }) {
  const t = useTranslations("campaigns");
  const { starts_at: start, ends_at: end, budget_micros: budget, budget_period: period } = version.fields;
  const booked = typeof start === "string" && typeof end === "string" && typeof budget === "number" && budget > 0;
  const known = booked && kind !== "ad" && period === "LIFETIME" && !version.deleted;
  const spent = useSpent(known ? spendQuery(kind, version.entity_id, start, end) : null, version.currency);
  if (!known) return null;
  const [from, to, now] = [Date.parse(start), Date.parse(end), Date.now()];
  const time = Math.min(1, Math.max(0, (now - from) / Math.max(1, to - from)));
  return (
    <section className="grid gap-3 rounded-md border p-3 text-[13px] sm:grid-cols-2" data-testid="pacing">
      <Part label={t("timeUsed")} fraction={time} value={formatValue(time, "ratio", "")} />
      {spent === null ? null : (
        <Part
          label={t("budgetUsed")}
          fraction={(spent * MICROS) / budget}
          value={t("ofBudget", {
            spent: formatValue(spent, "money", version.currency),
            budget: formatMicros(budget, version.currency),
          })}
        />
      )}
      <p className="text-muted-foreground text-xs sm:col-span-2">{t("pacingNote")}</p>
    </section>
  );
}

function Part({ label, fraction, value }: { label: string; fraction: number; value: string }) {
  return (
    <div className="space-y-1.5">
      <p className="flex justify-between gap-2">
        <span className="text-muted-foreground">{label}</span>
        <span className="tabular-nums">{value}</span>
      </p>
      <Progress fraction={fraction} label={label} tone={fraction > 1 ? "danger" : "primary"} />
    </div>
  );
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function spendQuery(kind: Kind, id: string, start: string, end: string): MetricsQuery | null {
  const last = Math.min(Date.parse(end), Date.now() + DAY_MS);
  if (Date.parse(start) > last) return null;
  const filters = kind === "campaign" ? { order_ids: [id] } : { line_item_ids: [id] };
  return {
    start_date: dayOf(Date.parse(start)),
    end_date: dayOf(last),
    dimensions: [],
    metrics: ["total_cost"],
    filters,
  };
}

function useSpent(query: MetricsQuery | null, currency: string): number | null {
  const totals = useMetrics(query).data?.totals ?? [];
  return numberIn(
    totals.find((row) => row.currency === currency),
    "total_cost",
  );
}
