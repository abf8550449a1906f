"use client";

import { ChartColumn, ChartLine } from "lucide-react";
import { useTranslations } from "use-intl";
import { Skeleton } from "@/components/ui/skeleton";
import { Tooltip } from "@/components/ui/tooltip";
import { cn } from "@/lib/cn";
import { formatChange, formatDay, formatInstant, formatInstantFull, formatValue } from "@/lib/format";
import { METRICS, type Metric, numberIn, type Row, textIn } from "../catalogue";
import type { Range } from "../periods";

interface KpiTileProps {
  metric: Metric;
  large: boolean;
  row: Row | undefined;
  currency: string;
  previous: Row | undefined;
  previousRange: Range | null;
  formula: string | undefined;
  /** 0: drawn as bars, 1: as a line, -1: not in the chart. */
  charted: number;
  loading: boolean;
  onChart: (metric: Metric) => void;
}

export function KpiTile({ metric, large, row, currency, formula, charted, loading, onChart, ...before }: KpiTileProps) {
  const label = useTranslations("metric")(metric);
  const value = numberIn(row, metric);
  const unit = METRICS[metric];
  return (
    <div
      role="group"
      aria-label={label}
      data-testid={`kpi-${metric}`}
      data-value={value ?? ""}
      data-currency={currency}
      data-unit={unit}
      className={cn(
        "flex flex-col gap-1 bg-card px-3.5 py-3",
        large && "md:col-span-2 md:px-4 md:py-4",
        metric === "total_cost" && "col-span-2 sm:col-span-1 md:col-span-2",
      )}
    >
      <div className="flex items-center justify-between gap-1">
        <Tooltip content={formula}>
          <span className="truncate text-[13px] text-muted-foreground">{label}</span>
        </Tooltip>
        <ChartToggle metric={metric} label={label} charted={charted} onChart={onChart} />
      </div>
      {loading ? (
        <Skeleton className={large ? "h-8 w-36" : "h-6 w-20"} />
      ) : (
        <p
          className={cn(
            "truncate font-semibold tabular-nums tracking-tight",
            large ? "text-2xl leading-8" : "text-lg leading-6",
          )}
        >
          {formatValue(value, unit, currency)}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-2 text-xs">
        <AsOf metric={metric} at={textIn(row, "as_of")} />
        <Change metric={metric} value={value} {...before} />
      </div>
    </div>
  );
}

function ChartToggle({
  metric,
  label,
  charted,
  onChart,
}: Pick<KpiTileProps, "metric" | "charted" | "onChart"> & { label: string }) {
  const t = useTranslations("dashboard");
  const Icon = charted === 1 ? ChartLine : ChartColumn;
  return (
    <button
      type="button"
      aria-label={t("chartThis", { metric: label })}
      aria-pressed={charted >= 0}
      onClick={() => onChart(metric)}
      className={cn(
        "-my-1 -mr-1.5 grid size-6 shrink-0 place-items-center rounded-md text-muted-foreground/70 hover:bg-accent hover:text-foreground",
        charted === 0 && "text-chart-1",
        charted === 1 && "text-chart-2",
      )}
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}

function AsOf({ metric, at }: { metric: Metric; at: string }) {
  const t = useTranslations("dashboard");
  return (
    <time
      data-testid={`kpi-${metric}-as-of`}
      dateTime={at || undefined}
      title={at ? t("asOfOldest", { time: formatInstantFull(at) }) : undefined}
      className="text-muted-foreground tabular-nums"
    >
      {at ? t("asOf", { time: formatInstant(at) }) : t("noAsOf")}
    </time>
  );
}

interface ChangeProps {
  metric: Metric;
  value: number | null;
  previous: Row | undefined;
  previousRange: Range | null;
}

/** Coloured by nothing but neutral ink: more spend is neither good nor bad. */
function Change({ metric, value, previous, previousRange }: ChangeProps) {
  const t = useTranslations("dashboard");
  const change = formatChange(value, numberIn(previous, metric));
  if (change === null || !previousRange) return null;
  const title = t("versus", { start: formatDay(previousRange.start), end: formatDay(previousRange.end) });
  return (
    <span title={title} className="text-muted-foreground tabular-nums">
      {change}
      <span className="sr-only"> {title}</span>
    </span>
  );
}
