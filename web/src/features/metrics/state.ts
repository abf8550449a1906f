import { isMetric, type Metric, TABLE_METRICS } from "./catalogue";
import { isDay, isPreset, type Period } from "./periods";

export const LEVELS = ["brand", "advertiser", "order", "line_item", "creative", "date"] as const;
export type Level = (typeof LEVELS)[number];
export interface Sort {
  field: string;
  descending: boolean;
}

/** What the dashboard shows, all of it held in the URL. */
export interface DashboardState {
  period: Period;
  brands: string[];
  advertisers: string[];
  currency: string | null;
  level: Level;
  order: string | null;
  lineItem: string | null;
  sort: Sort;
  /** Metric of the bars, and of the line drawn over them. */
  chart: [Metric, Metric | null];
}

const DEFAULT_SORT: Sort = { field: "total_cost", descending: true };
const DEFAULT_PRESET = "last_30_days";
const DEFAULT_CHART: [Metric, Metric] = ["total_cost", "sales"];

const ids = (value: string | null): string[] => (value ? [...new Set(value.split(",").filter(Boolean))] : []);

function periodFrom(params: URLSearchParams): Period {
  const start = params.get("start") ?? "";
  const end = params.get("end") ?? "";
  if (isDay(start) && isDay(end))
    return { preset: "custom", start: start < end ? start : end, end: start < end ? end : start };
  const preset = params.get("period") ?? "";
  return { preset: isPreset(preset) ? preset : DEFAULT_PRESET };
}

function levelFrom(value: string | null): Level {
  return LEVELS.find((level) => level === value) ?? "order";
}

export function nameField(level: Level): string {
  return level === "date" ? "date" : `${level}_name`;
}

export function defaultSort(level: Level): Sort {
  return level === "date" ? { field: "date", descending: true } : DEFAULT_SORT;
}

function sortFrom(value: string | null, level: Level): Sort {
  const field = (value ?? "").replace(/^-/, "");
  const known = field === nameField(level) || TABLE_METRICS.some((metric) => metric === field);
  return known ? { field, descending: (value ?? "").startsWith("-") } : defaultSort(level);
}

function chartFrom(value: string | null): [Metric, Metric | null] {
  if (value === null) return DEFAULT_CHART;
  const [first, second] = value.split(",").filter(isMetric);
  if (!first) return DEFAULT_CHART;
  return [first, second && second !== first ? second : null];
}

/** Reads a query string; anything unknown in it falls back to the default. */
export function parseState(params: URLSearchParams): DashboardState {
  const level = levelFrom(params.get("level"));
  return {
    period: periodFrom(params),
    brands: ids(params.get("brand")),
    advertisers: ids(params.get("advertiser")),
    currency: /^[A-Z]{3}$/.exec(params.get("currency") ?? "")?.[0] ?? null,
    level,
    order: params.get("order"),
    lineItem: params.get("line_item"),
    sort: sortFrom(params.get("sort"), level),
    chart: chartFrom(params.get("chart")),
  };
}

function writeScope(state: DashboardState, params: URLSearchParams): void {
  if (state.period.preset === "custom") {
    params.set("start", state.period.start);
    params.set("end", state.period.end);
  } else if (state.period.preset !== DEFAULT_PRESET) params.set("period", state.period.preset);
  if (state.brands.length) params.set("brand", state.brands.join(","));
  if (state.advertisers.length) params.set("advertiser", state.advertisers.join(","));
  if (state.currency) params.set("currency", state.currency);
}

/** Writes only what differs from the defaults; `parseState` of the answer gives the same state. */
export function writeState(state: DashboardState): string {
  const params = new URLSearchParams();
  writeScope(state, params);
  if (state.level !== "order") params.set("level", state.level);
  if (state.order) params.set("order", state.order);
  if (state.lineItem) params.set("line_item", state.lineItem);
  const standard = defaultSort(state.level);
  if (state.sort.field !== standard.field || state.sort.descending !== standard.descending) {
    params.set("sort", `${state.sort.descending ? "-" : ""}${state.sort.field}`);
  }
  if (state.chart.join() !== DEFAULT_CHART.join()) params.set("chart", state.chart.filter(Boolean).join(","));
  return params.toString().replaceAll("%2C", ",");
}

/** One step down: the chosen campaign's line items, the chosen line item's creatives. */
export function drillInto(state: DashboardState, id: string): DashboardState | null {
  if (state.level === "brand") return { ...state, brands: [id], level: "order" };
  if (state.level === "advertiser") return { ...state, advertisers: [id], level: "order" };
  if (state.level === "order") return { ...state, order: id, level: "line_item" };
  if (state.level === "line_item") return { ...state, lineItem: id, level: "creative" };
  return null;
}
