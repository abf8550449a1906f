/** Which entries are shown, all of it held in the URL. Days are the reader's own. */
export interface AuditState {
  actor: string | null;
  action: string | null;
  brand: string | null;
  outcome: Outcome | null;
  since: string | null;
  until: string | null;
  show: Show | null;
}

export const SHOWN = ["changes", "looks"] as const;
export type Show = (typeof SHOWN)[number];

export const OUTCOMES = ["allowed", "refused", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^[\w.-]{1,64}$/;
const ACTION = /^[a-z_]+\.[A-Za-z_]+$/;

const matching = (value: string | null, shape: RegExp): string | null => (value && shape.test(value) ? value : null);

/** Reads a query string; anything malformed in it is left out. */
export function parseState(params: URLSearchParams): AuditState {
  return {
    actor: matching(params.get("actor"), ID),
    action: matching(params.get("action"), ACTION),
    brand: matching(params.get("brand"), ID),
    outcome: OUTCOMES.find((outcome) => outcome === params.get("outcome")) ?? null,
    since: matching(params.get("since"), DAY),
    until: matching(params.get("until"), DAY),
    show: SHOWN.find((kind) => kind === params.get("show")) ?? null,
  };
}

export function writeState(state: AuditState): string {
  const set = Object.entries(state).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return new URLSearchParams(set).toString();
}

export const isFiltered = (state: AuditState): boolean => Object.values(state).some(Boolean);

/** The API's filter: `until` is a whole day, so the next midnight ends it. */
export function filterOf(state: AuditState) {
  return {
    ...(state.actor ? { actor_id: state.actor } : {}),
    ...(state.action ? { action: [state.action] } : {}),
    ...(state.brand ? { brand_id: state.brand } : {}),
    ...(state.outcome ? { outcome: state.outcome } : {}),
    ...(state.since ? { since: midnight(state.since, 0) } : {}),
    ...(state.until ? { until: midnight(state.until, 1) } : {}),
    ...(state.show ? { show: state.show } : {}),
  };
}

function midnight(day: string, later: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** The address of an export of the same entries. */
export function exportHref(format: "csv" | "jsonl", state: AuditState): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filterOf(state)))
    for (const one of [value].flat()) params.append(name, one);
  const search = params.toString();
  return `/v1/audit/export.${format}${search ? `?${search}` : ""}`;
}
