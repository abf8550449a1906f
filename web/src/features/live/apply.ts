import type { Credential, Sync } from "@/lib/model";

/** An event as the gateway streams it. */
export interface LiveEvent {
  type: string;
  time: string;
  data: Record<string, unknown>;
}

const text = (event: LiveEvent, name: string): string | null => {
  const value = event.data[name];
  return typeof value === "string" ? value : null;
};
const count = (event: LiveEvent, name: string, fallback: number): number => {
  const value = event.data[name];
  return typeof value === "number" ? value : fallback;
};

export function parseEvent(raw: string): LiveEvent | null {
  try {
    const event = JSON.parse(raw) as Partial<LiveEvent> | null;
    if (typeof event?.type !== "string" || typeof event.data !== "object" || event.data === null) return null;
    return { type: event.type, time: event.time ?? "", data: event.data };
  } catch {
    return null;
  }
}

/** New list of syncs after an event; `null` when the list must be fetched again to know more. An advertiser
 * has a sync per report type: the list shows the dashboard's, the others' steps change nothing in it. */
export function applySync(syncs: readonly Sync[], event: LiveEvent): Sync[] | null {
  const index = syncs.findIndex((sync) => sync.advertiser_id === text(event, "advertiser_id"));
  const current = syncs[index];
  if (!current) return null;
  const id = text(event, "sync_id") ?? current.id;
  if (event.type === "sync.started" && event.data.report_type !== current.report_type) return [...syncs];
  if (event.type === "sync.progressed" && id !== current.id) return [...syncs];
  if (event.type !== "sync.started" && id !== current.id) return null;
  const changed = changeSync({ ...current, id }, event);
  return changed && syncs.map((sync, at) => (at === index ? changed : sync));
}

function changeSync(sync: Sync, event: LiveEvent): Sync | null {
  switch (event.type) {
    case "sync.started":
      return startSync(sync, event);
    case "sync.progressed":
      return progressSync(sync, event);
    case "sync.completed":
      return completeSync(sync, event);
    case "sync.failed":
      return {
        ...sync,
        state: "failed",
        error_code: text(event, "error_code"),
        error_detail: text(event, "detail"),
        next_attempt_at: text(event, "retry_at"),
      };
    default:
      return null;
  }
}

function startSync(sync: Sync, event: LiveEvent): Sync {
  return {
    ...sync,
    state: "running",
    stage: "requested",
    fraction: 0,
    slices_done: 0,
    slices_total: count(event, "slices_total", sync.slices_total),
    start_date: text(event, "start_date") ?? sync.start_date,
    end_date: text(event, "end_date") ?? sync.end_date,
    started_at: event.time,
    completed_at: null,
    error_code: null,
    error_detail: null,
    next_attempt_at: null,
  };
}

/** Events may arrive twice or late, so that progress of a finished sync changes nothing and a bar never runs back. */
function progressSync(sync: Sync, event: LiveEvent): Sync {
  if (sync.state === "completed") return sync;
  return {
    ...sync,
    state: "running",
    stage: (text(event, "stage") ?? sync.stage) as Sync["stage"],
    fraction: Math.max(sync.fraction, count(event, "fraction", 0)),
    slices_done: Math.max(sync.slices_done, count(event, "slices_done", 0)),
    slices_total: count(event, "slices_total", sync.slices_total),
    error_code: null,
    error_detail: null,
    next_attempt_at: null,
  };
}

function completeSync(sync: Sync, event: LiveEvent): Sync {
  return {
    ...sync,
    state: "completed",
    stage: "landed",
    fraction: 1,
    slices_done: sync.slices_total,
    rows: count(event, "rows", sync.rows ?? 0),
    as_of: text(event, "as_of"),
    completed_at: event.time,
    error_code: null,
    error_detail: null,
    next_attempt_at: null,
  };
}

/** A refreshed token moves its countdown at once; every other change of state is read from the API. */
export function applyCredential(credentials: readonly Credential[], event: LiveEvent): Credential[] | null {
  const id = text(event, "connection_id");
  const known = credentials.find((credential) => credential.connection_id === id);
  if (event.type !== "credential.refreshed" || known?.state !== "healthy") return null;
  return credentials.map((credential) =>
    credential.connection_id !== id
      ? credential
      : {
          ...credential,
          expires_at: text(event, "expires_at") ?? credential.expires_at,
          refreshed_at: text(event, "refreshed_at") ?? credential.refreshed_at,
          next_refresh_at: text(event, "next_refresh_at"),
        },
  );
}

/** First words of query keys that an event makes stale. */
export function staleKeys(type: string): string[] {
  if (type === "metrics.updated") return ["metrics"];
  if (type.startsWith("connection.")) return ["connections", "credentials", "advertisers"];
  if (type.startsWith("consent_request.")) return ["consent-requests", "connections"];
  if (type.startsWith("advertiser.")) return ["advertisers", "connections", "brands"];
  if (type.startsWith("credential.")) return ["credentials"];
  if (type === "sync.completed" || type === "sync.failed") return ["syncs", "rejected-reports"];
  if (type.startsWith("sync.")) return ["syncs"];
  if (type.startsWith("instance.")) return ["amc"];
  if (type.startsWith("export.")) return ["exports"];
  return [];
}
