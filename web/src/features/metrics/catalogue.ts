import type { Unit } from "@/lib/format";
import type { MetricsResult } from "@/lib/model";

/** Every metric the dashboard can show, with its unit. Labels live in messages, formulas in the API's catalogue. */
export const METRICS = {
  total_cost: "money",
  sales: "money",
  roas: "multiple",
  impressions: "count",
  clicks: "count",
  click_through_rate: "ratio",
  detail_page_views: "count",
  purchases: "count",
  new_to_brand_share: "ratio",
  units_sold: "count",
  add_to_cart: "count",
  new_to_brand_purchases: "count",
  new_to_brand_sales: "money",
  detail_page_view_rate: "ratio",
  purchase_rate: "ratio",
  cost_per_click: "money",
  cost_per_mille: "money",
  cost_per_purchase: "money",
} as const satisfies Record<string, Unit>;

export type Metric = keyof typeof METRICS;
export type Row = Readonly<MetricsResult["rows"][number]>;

export const ALL_METRICS = Object.keys(METRICS) as Metric[];
export const KPIS: readonly Metric[] = ALL_METRICS.slice(0, 9);
export const TABLE_METRICS: readonly Metric[] = [
  "total_cost",
  "impressions",
  "clicks",
  "click_through_rate",
  "detail_page_views",
  "purchases",
  "sales",
  "roas",
  "new_to_brand_share",
];

export function isMetric(name: string): name is Metric {
  return Object.hasOwn(METRICS, name);
}

export function numberIn(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
}

export function textIn(row: Row | undefined, name: string): string {
  const value = row?.[name];
  return typeof value === "string" ? value : "";
}
