import type { MetricsQuery } from "@/lib/model";
import { ALL_METRICS, TABLE_METRICS } from "./catalogue";
import type { Range } from "./periods";
import type { DashboardState, Level } from "./state";

export const TABLE_LIMIT = 1000;

type Dimension = "date" | "brand" | "advertiser" | "order" | "line_item" | "creative";

const DIMENSIONS: Record<Level, Dimension[]> = {
  brand: ["brand"],
  advertiser: ["brand", "advertiser"],
  order: ["brand", "order"],
  line_item: ["order", "line_item"],
  creative: ["order", "line_item", "creative"],
  date: ["date"],
};

function filtersOf(state: DashboardState): MetricsQuery["filters"] {
  return {
    ...(state.brands.length ? { brand_ids: state.brands } : {}),
    ...(state.advertisers.length ? { advertiser_ids: state.advertisers } : {}),
    ...(state.order ? { order_ids: [state.order] } : {}),
    ...(state.lineItem ? { line_item_ids: [state.lineItem] } : {}),
  };
}

/** Per day and currency, with totals per currency: feeds the tiles and the chart. */
export function dailyRequest(state: DashboardState, range: Range): MetricsQuery {
  return {
    start_date: range.start,
    end_date: range.end,
    dimensions: ["date"],
    granularity: "day",
    metrics: ALL_METRICS,
    filters: filtersOf(state),
    sort: { field: "date", descending: false },
    limit: 10_000,
  };
}

/** The table, and the CSV of it: the same body goes to both, so that the file holds what the screen shows. */
export function tableRequest(state: DashboardState, range: Range, currency: string | null): MetricsQuery {
  return {
    start_date: range.start,
    end_date: range.end,
    dimensions: DIMENSIONS[state.level],
    ...(state.level === "date" ? { granularity: "day" as const } : {}),
    metrics: [...TABLE_METRICS],
    filters: { ...filtersOf(state), ...(currency ? { currency } : {}) },
    sort: state.sort,
    limit: TABLE_LIMIT,
  };
}

/** One row naming the campaign and line item drilled into; nothing to ask when nothing is. */
export function namesRequest(state: DashboardState, range: Range): MetricsQuery | null {
  if (!state.order && !state.lineItem) return null;
  return {
    start_date: range.start,
    end_date: range.end,
    dimensions: ["order", "line_item"],
    metrics: ["impressions"],
    filters: filtersOf(state),
    limit: 1,
  };
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);

export function csvName(level: string, request: MetricsQuery, scope: readonly string[]): string {
  const parts = ["leadline", ...scope, level].map(slug).filter(Boolean);
  const days = `${request.start_date}_${request.end_date}`;
  return `${[parts.join("-"), days, request.filters?.currency].filter(Boolean).join("_")}.csv`;
}
