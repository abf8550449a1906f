"use client";

import { useTranslations } from "use-intl";
import type { Catalogue, MetricsResult } from "@/lib/model";
import { KPIS, type Metric, type Row } from "../catalogue";
import type { Range } from "../periods";
import { KpiTile } from "./kpi-tile";

interface KpiGridProps {
  totals: Row | undefined;
  currency: string;
  before: { totals: MetricsResult["totals"]; range: Range } | null;
  catalogue: Catalogue | undefined;
  chart: readonly (Metric | null)[];
  loading: boolean;
  onChart: (metric: Metric) => void;
}

export function KpiGrid({ totals, currency, before, catalogue, chart, loading, onChart }: KpiGridProps) {
  const t = useTranslations("dashboard");
  const previous = before?.totals.find((row) => row.currency === currency);
  return (
    <section
      aria-label={t("kpis")}
      className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-3 md:grid-cols-6"
    >
      {KPIS.map((metric, index) => (
        <KpiTile
          key={metric}
          metric={metric}
          large={index < 3}
          row={totals}
          currency={currency}
          previous={previous}
          previousRange={before?.range ?? null}
          formula={catalogue?.metrics.find((entry) => entry.name === metric)?.formula}
          charted={chart.indexOf(metric)}
          loading={loading}
          onChart={onChart}
        />
      ))}
    </section>
  );
}
