"use client";

import { useTranslations } from "use-intl";
import { formatInstant, NO_VALUE } from "@/lib/format";
import type { EntityVersion } from "@/lib/model";
import { formatMicros, useFieldName, useFieldValue, useWord } from "../words";

const HIDDEN = new Set(["name", "campaign_id", "ad_group_id", "ad_id"]);
/** What people look for first; the rest follows as it comes. */
const FIRST = [
  "state",
  "delivery_status",
  "delivery_reasons",
  "budget_micros",
  "budget_period",
  "starts_at",
  "ends_at",
  "flights",
];
const placeOf = (field: string): number => {
  const place = FIRST.indexOf(field);
  return place < 0 ? FIRST.length : place;
};

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

/** Everything that is followed of a version; what is empty is left out. */
export function VersionFacts({ version }: { version: EntityVersion }) {
  const t = useTranslations("campaigns");
  const name = useFieldName();
  const shown = Object.entries(version.fields)
    .filter(([field, value]) => !HIDDEN.has(field) && !isEmpty(value))
    .sort(([a], [b]) => placeOf(a) - placeOf(b));
  return (
    <section className="space-y-2">
      <h3 className="font-medium text-[13px]">{t("now")}</h3>
      <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-[13px]">
        {shown.map(([field, value]) => (
          <div key={field} className="contents">
            <dt className="text-muted-foreground">{name(field)}</dt>
            <dd className="break-words tabular-nums">
              <Value field={field} value={value} currency={version.currency} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface ValueProps {
  field: string;
  value: unknown;
  currency: string;
}

function Value({ field, value, currency }: ValueProps) {
  const plain = useFieldValue();
  if (!Array.isArray(value)) return plain(field, value, currency);
  return (
    <ul className="space-y-0.5">
      {value.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one version never move
        <li key={at}>
          <Part part={item} currency={currency} />
        </li>
      ))}
    </ul>
  );
}

/** A flight, a cap, another budget, or a word. */
function Part({ part, currency }: { part: unknown; currency: string }) {
  const t = useTranslations("campaigns");
  const word = useWord();
  if (typeof part !== "object" || part === null) return word(String(part));
  const fields = part as Record<string, unknown>;
  const text = (name: string): string => (typeof fields[name] === "string" ? (fields[name] as string) : "");
  const number = (name: string): number | null => (typeof fields[name] === "number" ? (fields[name] as number) : null);
  if ("impressions" in fields) {
    const cap = { impressions: number("impressions") ?? 0, count: number("count") ?? 0, unit: word(text("unit")) };
    return t("cap", cap);
  }
  const budget = formatMicros(number("budget_micros"), currency);
  if ("period" in fields) return `${budget} ${word(text("period"))}`;
  const from = text("starts_at") ? formatInstant(text("starts_at")) : NO_VALUE;
  const to = text("ends_at") ? formatInstant(text("ends_at")) : NO_VALUE;
  return t("flightLine", { name: text("name"), from, to, budget });
}
