"use client";

import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { useTranslations } from "use-intl";
import { formatCompact, formatDay, formatValue } from "@/lib/format";
import { METRICS, type Metric, numberIn } from "../catalogue";
import type { DayPoint } from "../daily";

interface DailyPlotProps {
  points: DayPoint[];
  missing: string[];
  metrics: Metric[];
  currency: string;
}

const TICK = { fill: "var(--muted-foreground)", fontSize: 11 };
const AXIS = { tick: TICK, tickLine: false, axisLine: false, width: 56 };
const DAYS = {
  tick: TICK,
  tickLine: false,
  axisLine: { stroke: "var(--border)" },
  minTickGap: 24,
  interval: "equidistantPreserveStart",
} as const;
const GAP = { fill: "var(--gap)", fillOpacity: 0.5, ifOverflow: "visible" } as const;
const BARS = {
  fill: "var(--chart-1)",
  radius: [3, 3, 0, 0] as [number, number, number, number],
  maxBarSize: 44,
  isAnimationActive: false,
};
const LINE = {
  stroke: "var(--chart-2)",
  strokeWidth: 2,
  type: "linear",
  connectNulls: false,
  isAnimationActive: false,
} as const;
const SWATCHES = ["bg-chart-1", "bg-chart-2"];

export default function DailyPlot({ points, missing, metrics, currency }: DailyPlotProps) {
  const [bars, line] = metrics;
  if (!bars) return null;
  const ownAxis = line !== undefined && METRICS[line] !== METRICS[bars];
  const ticks = (metric: Metric) => (value: number) => formatCompact(value, METRICS[metric], currency);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 800, height: 264 }}>
      <ComposedChart data={points} margin={{ top: 4, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid yAxisId="bars" vertical={false} stroke="var(--chart-grid)" />
        {missing.map((day) => (
          <ReferenceArea key={day} yAxisId="bars" x1={day} x2={day} {...GAP} />
        ))}
        <XAxis dataKey="date" tickFormatter={(day: string) => formatDay(day)} {...DAYS} />
        <YAxis yAxisId="bars" tickFormatter={ticks(bars)} {...AXIS} />
        {ownAxis ? <YAxis yAxisId="line" orientation="right" tickFormatter={ticks(line)} {...AXIS} /> : null}
        <Tooltip
          cursor={{ fill: "var(--accent)", opacity: 0.6 }}
          isAnimationActive={false}
          content={({ active, payload }) =>
            active ? <DayNumbers {...{ missing, metrics, currency }} point={payload?.[0]?.payload} /> : null
          }
        />
        <Bar yAxisId="bars" dataKey={bars} {...BARS} />
        {line ? <Line yAxisId={ownAxis ? "line" : "bars"} dataKey={line} dot={points.length <= 2} {...LINE} /> : null}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

interface DayNumbersProps extends Omit<DailyPlotProps, "points"> {
  point: DayPoint | undefined;
}

function DayNumbers({ point, missing, metrics, currency }: DayNumbersProps) {
  const t = useTranslations("dashboard");
  const name = useTranslations("metric");
  if (!point) return null;
  return (
    <div className="rounded-md border bg-popover px-3 py-2 text-popover-foreground text-xs shadow-lg">
      <p className="mb-1 font-medium">
        {formatDay(point.date, undefined, true)}
        {missing.includes(point.date) ? <span className="font-normal text-warning"> · {t("missing")}</span> : null}
      </p>
      {metrics.map((metric, index) => (
        <p key={metric} className="flex items-center gap-2">
          <span aria-hidden className={`size-2 rounded-[2px] ${SWATCHES[index]}`} />
          <span className="text-muted-foreground">{name(metric)}</span>
          <span className="ml-auto pl-4 font-medium tabular-nums">
            {formatValue(numberIn(point, metric), METRICS[metric], currency)}
          </span>
        </p>
      ))}
    </div>
  );
}
