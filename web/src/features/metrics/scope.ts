import type { Freshness, MetricsResult } from "@/lib/model";
import { numberIn, type Row, textIn } from "./catalogue";

export interface Choice {
  id: string;
  name: string;
}

const byName = (a: Choice, b: Choice) => a.name.localeCompare(b.name);

export function brandChoices(items: readonly Freshness[]): Choice[] {
  const brands = new Map<string, Choice>();
  for (const item of items) {
    if (item.brand_id) brands.set(item.brand_id, { id: item.brand_id, name: item.brand_name ?? item.brand_id });
  }
  return [...brands.values()].sort(byName);
}

/** Advertisers to choose from: those of the chosen brands, or all. */
export function advertiserChoices(items: readonly Freshness[], brands: readonly string[]): Choice[] {
  return items
    .filter((item) => !brands.length || (item.brand_id !== null && brands.includes(item.brand_id)))
    .map((item) => ({ id: item.advertiser_id, name: item.advertiser_name }))
    .sort(byName);
}

type Gap = MetricsResult["gaps"][number];

/** Gaps that touch the numbers shown: an advertiser billed in another currency is not part of them. */
export function gapsShown(gaps: readonly Gap[], items: readonly Freshness[], currency: string): Gap[] {
  const currencies = new Map(items.map((item) => [item.advertiser_id, item.currency]));
  return gaps.filter((gap) => gap.dates.length > 0 && (currencies.get(gap.advertiser_id) ?? currency) === currency);
}

export interface CurrencyScope {
  currencies: string[];
  /** The one whose numbers are shown; money of others is never mixed in. */
  shown: string;
  totals: Row | undefined;
}

/** Totals come one per currency. The asked one is shown if present, else the one with most impressions. */
export function currencyScope(result: MetricsResult | undefined, asked: string | null): CurrencyScope {
  const totals = result?.totals ?? [];
  const busiest = [...totals].sort((a, b) => (numberIn(b, "impressions") ?? 0) - (numberIn(a, "impressions") ?? 0))[0];
  const chosen = totals.find((row) => row.currency === asked) ?? busiest;
  return {
    currencies: totals.map((row) => textIn(row, "currency")).sort(),
    shown: textIn(chosen, "currency"),
    totals: chosen,
  };
}
