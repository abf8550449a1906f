import { describe, expect, it } from "vitest";
import { applyCredential, applySync, type LiveEvent, parseEvent } from "@/features/live/apply";
import { overallProgress } from "@/features/syncs/progress";
import type { Credential, Sync } from "@/lib/model";

const TIME = "2026-11-24T10:00:00Z";
const sync: Sync = {
  id: "s1",
  advertiser_id: "a1",
  advertiser_name: "Acme",
  brand_id: null,
  report_type: "dspCampaign",
  start_date: "2026-10-25",
  end_date: "2026-11-24",
  state: "running",
  fraction: 0.4,
  stage: "processing",
  slices_total: 5,
  slices_done: 2,
  rows: 0,
  as_of: null,
  error_code: null,
  error_detail: null,
  next_attempt_at: null,
  started_at: TIME,
  completed_at: null,
  fraction_of_all: 0.4,
  types: [],
};
const event = (type: string, data: Record<string, unknown>): LiveEvent => ({
  type,
  time: TIME,
  data: { sync_id: "s1", advertiser_id: "a1", ...data },
});
const outcome = (...events: LiveEvent[]): Sync | undefined =>
  events.reduce<Sync[]>((syncs, one) => applySync(syncs, one) ?? syncs, [sync])[0];

describe("sync events", () => {
  const progress = event("sync.progressed", { fraction: 0.6, slices_done: 3, slices_total: 5, stage: "downloading" });

  it("move the bar, and delivered twice move it once", () => {
    expect(outcome(progress)).toMatchObject({ fraction: 0.6, slices_done: 3, stage: "downloading" });
    expect(outcome(progress, progress)).toEqual(outcome(progress));
  });

  it("never run the bar back when they come late", () => {
    const late = event("sync.progressed", { fraction: 0.2, slices_done: 1, slices_total: 5, stage: "requested" });
    expect(outcome(progress, late)).toMatchObject({ fraction: 0.6, slices_done: 3 });
    expect(outcome(event("sync.completed", { rows: 7, as_of: TIME }), progress)).toMatchObject({ state: "completed" });
  });

  it("complete the sync with its rows and age", () => {
    expect(outcome(event("sync.completed", { rows: 700, as_of: TIME }))).toMatchObject({
      state: "completed",
      stage: "landed",
      fraction: 1,
      slices_done: 5,
      rows: 700,
      as_of: TIME,
    });
  });

  it("fail with cause and next attempt, and go on when progress resumes", () => {
    const failed = event("sync.failed", { error_code: "throttled", detail: "429", retry_at: TIME });
    expect(outcome(failed)).toMatchObject({ state: "failed", error_code: "throttled", next_attempt_at: TIME });
    expect(outcome(failed, progress)).toMatchObject({ state: "running", error_code: null, next_attempt_at: null });
  });

  it("begin the bar anew when another sync starts", () => {
    const started = event("sync.started", { sync_id: "s2", report_type: "dspCampaign", slices_total: 2 });
    expect(outcome(started)).toMatchObject({ id: "s2", fraction: 0, slices_done: 0, slices_total: 2 });
  });

  it("ask for the list again when they concern a sync it does not hold", () => {
    expect(applySync([sync], { ...progress, data: { ...progress.data, advertiser_id: "a9" } })).toBeNull();
    expect(applySync([sync], event("sync.completed", { sync_id: "s9" }))).toBeNull();
  });

  it("change nothing when they are steps of another report type", () => {
    expect(outcome(event("sync.started", { sync_id: "s2", report_type: "dspGeo" }))).toEqual(sync);
    expect(outcome({ ...progress, data: { ...progress.data, sync_id: "s9" } })).toEqual(sync);
  });
});

describe("credential events", () => {
  const credential = { connection_id: "c1", state: "healthy", expires_at: TIME } as Credential;
  const refreshed = { type: "credential.refreshed", time: TIME, data: { connection_id: "c1", expires_at: "later" } };

  it("move the expiry of the refreshed connection only", () => {
    const other = { ...credential, connection_id: "c2" };
    const [first, second] = applyCredential([credential, other], refreshed) ?? [];
    expect(first?.expires_at).toBe("later");
    expect(second).toBe(other);
  });

  it("ask for the list again when the state changes", () => {
    expect(applyCredential([{ ...credential, state: "retrying" }], refreshed)).toBeNull();
    expect(applyCredential([credential], { ...refreshed, type: "credential.reauth_required" })).toBeNull();
  });
});

describe("parseEvent", () => {
  it("drops what is no event", () => {
    expect(parseEvent("{")).toBeNull();
    expect(parseEvent("null")).toBeNull();
    expect(parseEvent('{"type": "sync.started"}')).toBeNull();
  });
});

describe("overallProgress", () => {
  it("weighs advertisers by their slices", () => {
    const done: Sync = { ...sync, advertiser_id: "a2", state: "completed", slices_total: 15 };
    expect(overallProgress([{ ...sync, fraction: 0.2 }, done])).toMatchObject({
      fraction: 0.8,
      completed: 1,
      running: 1,
    });
  });

  it("is nothing for no advertisers", () => {
    expect(overallProgress([])).toMatchObject({ fraction: 0, total: 0 });
  });
});
