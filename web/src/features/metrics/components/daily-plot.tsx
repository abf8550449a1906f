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
const SWATCHES = ["bg-chart-1", "bg-chart-2"];

export default function DailyPlot({ points, missing, metrics, currency }: DailyPlotProps) {
  const [bars, line] = metrics;
  if (!bars) return null;
  const shared = line !== undefined && METRICS[line] === METRICS[bars];
  const axis = (metric: Metric) => (value: number) => formatCompact(value, METRICS[metric], currency);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 800, height: 264 }}>
      <ComposedChart data={points} margin={{ top: 4, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid yAxisId="bars" vertical={false} stroke="var(--chart-grid)" />
        {missing.map((day) => (
          <ReferenceArea
            key={day}
            yAxisId="bars"
            x1={day}
            x2={day}
            fill="var(--gap)"
            fillOpacity={0.5}
            ifOverflow="visible"
          />
        ))}
        <XAxis
          dataKey="date"
          tickFormatter={(day: string) => formatDay(day)}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: "var(--border)" }}
          minTickGap={24}
          interval="equidistantPreserveStart"
        />
        <YAxis yAxisId="bars" tickFormatter={axis(bars)} tick={TICK} tickLine={false} axisLine={false} width={56} />
        {line && !shared ? (
          <YAxis
            yAxisId="line"
            orientation="right"
            tickFormatter={axis(line)}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            width={56}
          />
        ) : null}
        <Tooltip
          cursor={{ fill: "var(--accent)", opacity: 0.6 }}
          isAnimationActive={false}
          content={({ active, payload }) =>
            active ? (
              <DayNumbers point={payload?.[0]?.payload} missing={missing} metrics={metrics} currency={currency} />
            ) : null
          }
        />
        <Bar
          yAxisId="bars"
          dataKey={bars}
          fill="var(--chart-1)"
          radius={[3, 3, 0, 0]}
          maxBarSize={44}
          isAnimationActive={false}
        />
        {line ? (
          <Line
            yAxisId={shared ? "bars" : "line"}
            dataKey={line}
            stroke="var(--chart-2)"
            strokeWidth={2}
            dot={points.length <= 2}
            type="linear"
            connectNulls={false}
            isAnimationActive={false}
          />
        ) : null}
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
