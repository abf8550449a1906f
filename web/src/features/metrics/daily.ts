import type { MetricsResult } from "@/lib/model";
import type { Row } from "./catalogue";
import { addDays, daysIn, type Range } from "./periods";

export type DayPoint = Row & { date: string };

/** One point for each day of the range in one currency; a day without rows has no values, which is not zero. */
export function dailySeries(result: MetricsResult, currency: string, range: Range): DayPoint[] {
  const rows = new Map(result.rows.filter((row) => row.currency === currency).map((row) => [row.date, row]));
  return Array.from({ length: Math.max(0, daysIn(range)) }, (_, index) => {
    const date = addDays(range.start, index);
    return { ...rows.get(date), date };
  });
}

/** Days on which at least one advertiser in scope lacks data. */
export function missingDays(gaps: MetricsResult["gaps"], range: Range): string[] {
  const days = new Set(gaps.flatMap((gap) => gap.dates));
  return [...days].filter((day) => day >= range.start && day <= range.end).sort();
}
