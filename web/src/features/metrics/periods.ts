export const PRESETS = ["today", "yesterday", "last_7_days", "last_14_days", "last_30_days", "this_month"] as const;
export type Preset = (typeof PRESETS)[number];
export interface Range {
  start: string;
  end: string;
}
export type Period = { preset: Preset } | { preset: "custom"; start: string; end: string };

const DAY_MS = 86_400_000;

export function isPreset(value: string): value is Preset {
  return (PRESETS as readonly string[]).includes(value);
}

export function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && addDays(value, 0) === value;
}

export function addDays(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? "" : new Date(at + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days in the range, both ends counted. */
export function daysIn({ start, end }: Range): number {
  return Math.round((Date.parse(end) - Date.parse(start)) / DAY_MS) + 1;
}

/** The calendar day on the reader's wall. */
export function localDay(now: number): string {
  const at = new Date(now);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** "Last n days" are full days and end yesterday; "today" and "this month" hold a day still under way. */
export function rangeOf(period: Period, today: string): Range {
  const yesterday = addDays(today, -1);
  switch (period.preset) {
    case "custom":
      return { start: period.start, end: period.end };
    case "today":
      return { start: today, end: today };
    case "yesterday":
      return { start: yesterday, end: yesterday };
    case "this_month":
      return { start: `${today.slice(0, 8)}01`, end: today };
    default: {
      const days = { last_7_days: 7, last_14_days: 14, last_30_days: 30 }[period.preset];
      return { start: addDays(today, -days), end: yesterday };
    }
  }
}

/** The same number of days just before; none when the range holds a day still under way. */
export function previousRange(range: Range, today: string): Range | null {
  if (range.end >= today) return null;
  const end = addDays(range.start, -1);
  return { start: addDays(end, 1 - daysIn(range)), end };
}
