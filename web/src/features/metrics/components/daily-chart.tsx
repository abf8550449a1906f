"use client";

import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { formatDay, formatValue } from "@/lib/format";
import type { MetricsResult } from "@/lib/model";
import { ALL_METRICS, METRICS, type Metric, numberIn } from "../catalogue";
import { type DayPoint, dailySeries, missingDays } from "../daily";
import type { Range } from "../periods";

const DailyPlot = lazy(() => import("./daily-plot"));

interface DailyChartProps {
  result: MetricsResult | undefined;
  gaps: MetricsResult["gaps"];
  currency: string;
  range: Range;
  chart: [Metric, Metric | null];
  onChart: (chart: [Metric, Metric | null]) => void;
}

export function DailyChart({ result, gaps, currency, range, chart, onChart }: DailyChartProps) {
  const t = useTranslations("dashboard");
  const name = useTranslations("metric");
  const shown = chart.filter((metric) => metric !== null);
  const points = result ? dailySeries(result, currency, range) : null;
  const label = t("chartLabel", {
    metrics: shown.map((metric) => name(metric)).join(", "),
    start: formatDay(range.start),
    end: formatDay(range.end),
  });
  return (
    <Card data-testid="daily-chart">
      <CardHeader>
        <CardTitle>{t("chart")}</CardTitle>
        <ChartChoice chart={chart} onChart={onChart} />
      </CardHeader>
      <div role="img" aria-label={label} className="h-72 px-2 pt-4 pb-2 sm:px-3">
        {points ? (
          <Suspense fallback={<Skeleton className="h-full w-full" />}>
            <DailyPlot points={points} missing={missingDays(gaps, range)} metrics={shown} currency={currency} />
          </Suspense>
        ) : (
          <Skeleton className="h-full w-full" />
        )}
      </div>
      {points ? <Numbers points={points} metrics={shown} currency={currency} /> : null}
    </Card>
  );
}

function ChartChoice({ chart, onChart }: Pick<DailyChartProps, "chart" | "onChart">) {
  const t = useTranslations("dashboard");
  const [bars, line] = chart;
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-2">
      <MetricSelect
        label={t("bars")}
        swatch="bg-chart-1"
        value={bars}
        onChange={(metric) => metric && onChart([metric, metric === line ? null : line])}
      />
      <MetricSelect
        label={t("line")}
        swatch="bg-chart-2"
        value={line}
        optional
        except={bars}
        onChange={(metric) => onChart([bars, metric])}
      />
    </div>
  );
}

interface MetricSelectProps {
  label: string;
  swatch: string;
  value: Metric | null;
  optional?: boolean;
  except?: Metric;
  onChange: (metric: Metric | null) => void;
}

function MetricSelect({ label, swatch, value, optional, except, onChange }: MetricSelectProps) {
  const t = useTranslations("dashboard");
  const name = useTranslations("metric");
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the select inside is the control
    <label className="flex items-center gap-2 text-muted-foreground text-xs">
      <span aria-hidden className={`size-2.5 rounded-[3px] ${swatch}`} />
      {label}
      <NativeSelect value={value ?? ""} onChange={(event) => onChange((event.target.value || null) as Metric | null)}>
        {optional ? <option value="">{t("noLine")}</option> : null}
        {ALL_METRICS.filter((metric) => metric !== except).map((metric) => (
          <option key={metric} value={metric}>
            {name(metric)}
          </option>
        ))}
      </NativeSelect>
    </label>
  );
}

function Numbers({ points, metrics, currency }: { points: DayPoint[]; metrics: Metric[]; currency: string }) {
  const t = useTranslations("dashboard");
  const name = useTranslations("metric");
  return (
    <details className="border-t">
      <summary className="cursor-pointer px-4 py-2 text-[13px] text-muted-foreground hover:text-foreground">
        {t("numbers")}
      </summary>
      <TableScroller label={t("chart")} className="max-h-72">
        <Table>
          <thead className="sticky top-0 bg-card">
            <tr>
              <Th>{t("day")}</Th>
              {metrics.map((metric) => (
                <Th key={metric} className="text-right">
                  {name(metric)}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <Tr key={point.date}>
                <Td>{formatDay(point.date, undefined, true)}</Td>
                {metrics.map((metric) => (
                  <Td key={metric} className="text-right tabular-nums">
                    {formatValue(numberIn(point, metric), METRICS[metric], currency)}
                  </Td>
                ))}
              </Tr>
            ))}
          </tbody>
        </Table>
      </TableScroller>
    </details>
  );
}
