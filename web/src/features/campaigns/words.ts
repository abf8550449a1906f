import { useTranslations } from "use-intl";
import type { Tone } from "@/components/ui/badge";
import { formatInstant, formatValue, NO_VALUE } from "@/lib/format";

const MICROS = 1_000_000;

export const formatMicros = (micros: number | null | undefined, currency: string): string =>
  micros === null || micros === undefined ? NO_VALUE : formatValue(micros / MICROS, "money", currency);

/** How a state of Amazon's is painted. */
export function toneOf(state: string | null, delivery: string | null): Tone {
  if (state === "ENABLED") return delivery === "DELIVERING" ? "success" : delivery === "LIMITED" ? "warning" : "info";
  return state === "PAUSED" ? "warning" : "neutral";
}

const spoken = (word: string): string => word.charAt(0) + word.slice(1).toLowerCase().replaceAll("_", " ");

/** Words of Amazon's that this release does not know are shown as they are, made readable. */
export function useWord(): (word: string) => string {
  const t = useTranslations("campaigns");
  return (word) => {
    const key = `words.${word}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : spoken(word);
  };
}

export function useFieldName(): (field: string) => string {
  const t = useTranslations("campaigns");
  return (field) => {
    const key = `fields.${field}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : spoken(field);
  };
}

/** A plain value of a field as people read it. */
export function useFieldValue(): (field: string, value: unknown, currency: string) => string {
  const t = useTranslations("campaigns");
  const word = useWord();
  return (field, value, currency) => {
    if (value === null || value === undefined || value === "") return NO_VALUE;
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (typeof value === "number") return field.endsWith("_micros") ? formatMicros(value, currency) : String(value);
    const text = String(value);
    if (field.endsWith("_at")) return formatInstant(text);
    return /^[A-Z][A-Z_]+$/.test(text) ? word(text) : text;
  };
}
