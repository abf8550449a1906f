export const VIEWS = ["campaign", "ad_group", "ad", "changes"] as const;
export type View = (typeof VIEWS)[number];
export type Kind = Exclude<View, "changes">;
export const STATES = ["ENABLED", "PAUSED", "ARCHIVED"] as const;
export type EntityState = (typeof STATES)[number];

/** What is shown, all of it held in the URL. `on` is a day of the reader's; `open` an entity whose history is shown. */
export interface CampaignsState {
  view: View;
  campaign: string | null;
  group: string | null;
  q: string;
  brand: string | null;
  state: EntityState | null;
  deleted: boolean;
  on: string | null;
  field: string | null;
  open: { kind: Kind; id: string } | null;
}

const DAY = /^20\d{2}-\d{2}-\d{2}$/;
const ID = /^[A-Za-z0-9._:-]{1,64}$/;
const FIELD = /^[a-z_]{1,40}$/;

const matching = (value: string | null, shape: RegExp): string | null => (value && shape.test(value) ? value : null);

function opened(value: string | null): CampaignsState["open"] {
  const [kind, id = ""] = value?.split("~") ?? [];
  const known = VIEWS.find((view): view is Kind => view === kind && view !== "changes");
  return known && ID.test(id) ? { kind: known, id } : null;
}

/** Reads a query string; anything malformed in it is left out. */
export function parseState(params: URLSearchParams): CampaignsState {
  const on = matching(params.get("on"), DAY);
  return {
    view: VIEWS.find((view) => view === params.get("view")) ?? "campaign",
    campaign: matching(params.get("campaign"), ID),
    group: matching(params.get("group"), ID),
    q: (params.get("q") ?? "").slice(0, 200),
    brand: matching(params.get("brand"), ID),
    state: STATES.find((state) => state === params.get("state")) ?? null,
    deleted: params.get("deleted") === "1",
    on: on && !Number.isNaN(Date.parse(on)) ? on : null,
    field: matching(params.get("field"), FIELD),
    open: opened(params.get("open")),
  };
}

export function writeState(state: CampaignsState): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string | null) => value && params.set(name, value);
  set("view", state.view === "campaign" ? null : state.view);
  set("campaign", state.campaign);
  set("group", state.group);
  set("q", state.q);
  set("brand", state.brand);
  set("state", state.state);
  set("deleted", state.deleted ? "1" : null);
  set("on", state.on);
  set("field", state.field);
  set("open", state.open && `${state.open.kind}~${state.open.id}`);
  return params.toString();
}

export const isFiltered = (state: CampaignsState): boolean =>
  Boolean(state.q || state.brand || state.state || state.deleted || state.on || state.field);

/** The end of a day of the reader's, as an instant; null for now, and for days that are not over. */
export function endOf(day: string | null, now: number): string | null {
  if (!day) return null;
  const [year = 2000, month = 1, date = 1] = day.split("-").map(Number);
  const end = new Date(year, month - 1, date + 1).getTime() - 1000;
  return end < now ? new Date(end).toISOString() : null;
}

/** The filters that lists of entities share. */
export function filterOf(state: CampaignsState, now: number) {
  const at = endOf(state.on, now);
  return {
    ...(at ? { at } : {}),
    ...(state.q.trim() ? { q: state.q.trim() } : {}),
    ...(state.brand ? { brand_id: [state.brand] } : {}),
    ...(state.state ? { state: [state.state] } : {}),
    ...(state.deleted ? { deleted: true } : {}),
  };
}

/** One level down, into a campaign or an ad group. */
export function drill(state: CampaignsState, kind: Kind, id: string): CampaignsState {
  if (kind === "campaign") return { ...state, view: "ad_group", campaign: id, group: null, q: "" };
  if (kind === "ad_group") return { ...state, view: "ad", group: id, q: "" };
  return { ...state, open: { kind, id } };
}
