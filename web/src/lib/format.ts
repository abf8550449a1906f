export type Unit = "count" | "money" | "ratio" | "multiple";

export const NO_VALUE = "–";

const cache = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify([locale, options]);
  let format = cache.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    cache.set(key, format);
  }
  return format;
}

/** A metric as people read it. `null` (no denominator, no data) is a dash, never a zero. */
export function formatValue(value: number | null, unit: Unit, currency: string, locale?: string): string {
  if (value === null || !Number.isFinite(value)) return NO_VALUE;
  return numberFormat(locale, optionsFor(unit, currency)).format(value) + (unit === "multiple" ? "×" : "");
}

function optionsFor(unit: Unit, currency: string): Intl.NumberFormatOptions {
  if (unit === "money") return { style: "currency", currency };
  if (unit === "ratio") return { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 };
  if (unit === "multiple") return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return { maximumFractionDigits: 0 };
}

/** Short form for chart axes: 1.2K, €3.4M, 2.5%. */
export function formatCompact(value: number, unit: Unit, currency: string, locale?: string): string {
  const options: Intl.NumberFormatOptions =
    unit === "ratio"
      ? { style: "percent", maximumFractionDigits: 2 }
      : { notation: "compact", maximumFractionDigits: 1, ...(unit === "money" ? { style: "currency", currency } : {}) };
  return numberFormat(locale, options).format(value) + (unit === "multiple" ? "×" : "");
}

/** Relative change as a signed percentage; `null` when there is nothing to compare with. */
export function formatChange(now: number | null, before: number | null, locale?: string): string | null {
  if (now === null || before === null || before === 0) return null;
  const options: Intl.NumberFormatOptions = {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  };
  return numberFormat(locale, options).format((now - before) / before);
}

/** A calendar day ("2026-11-03") without any zone shift. */
export function formatDay(day: string, locale?: string, withYear = false): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", timeZone: "UTC" };
  if (withYear) options.year = "numeric";
  return new Intl.DateTimeFormat(locale, options).format(new Date(`${day}T00:00:00Z`));
}

/** An instant in the reader's zone; the date is left out when it is today, the year when it is this one. */
export function formatInstant(instant: string, now: number = Date.now(), locale?: string): string {
  const at = new Date(instant);
  const today = new Date(now);
  const options: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit" };
  if (at.toDateString() !== today.toDateString()) Object.assign(options, { day: "numeric", month: "short" });
  if (at.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return new Intl.DateTimeFormat(locale, options).format(at);
}

export function formatInstantFull(instant: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" }).format(new Date(instant));
}
