import type { Tone } from "@/components/ui/badge";
import type { ExportItem } from "@/lib/model";

export const TONES: Record<ExportItem["state"], Tone> = {
  pending: "neutral",
  running: "info",
  ready: "success",
  failed: "danger",
  cancelled: "neutral",
  revoked: "neutral",
  expired: "neutral",
};

export const isUnfinished = (item: ExportItem): boolean => item.state === "pending" || item.state === "running";

/** Done parts of all parts; 0 until they are counted. */
export const fractionOf = (item: ExportItem): number => (item.parts_total ? item.parts_done / item.parts_total : 0);

export interface Asked {
  start: string;
  end: string;
  dimensions: string[];
}

/** What of the stored question the list shows. */
export function askedOf(item: ExportItem): Asked {
  const query = item.query as { start_date?: string; end_date?: string; dimensions?: string[] };
  return { start: query.start_date ?? "", end: query.end_date ?? "", dimensions: query.dimensions ?? [] };
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** 1234567 → "1.2 MB". */
export function formatBytes(bytes: number, locale?: string): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const unit = UNITS[step] ?? "byte";
  const options: Intl.NumberFormatOptions = { style: "unit", unit, maximumFractionDigits: step ? 1 : 0 };
  return new Intl.NumberFormat(locale, options).format(bytes / 1000 ** step);
}
