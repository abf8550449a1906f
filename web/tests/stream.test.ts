import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStream } from "@/features/live/stream";

class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 0;
  constructor() {
    super();
    FakeSource.opened.push(this);
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
  say(name: string, data: unknown = {}) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

const last = () => FakeSource.opened.at(-1) as FakeSource;
const listener = () => ({ onStatus: vi.fn(), onEvent: vi.fn(), onResume: vi.fn(), onRefused: vi.fn() });

beforeEach(() => {
  FakeSource.opened = [];
  vi.stubGlobal("EventSource", FakeSource);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("openStream", () => {
  it("hands on named events and does not fetch anew after the first hello", () => {
    const heard = listener();
    openStream("/v1/events", heard);
    last().say("open");
    last().say("hello", { server_time: "2026-11-24T10:00:00Z" });
    last().say("metrics.updated", { type: "metrics.updated", time: "", data: { advertiser_id: "a1" } });
    expect(heard.onStatus).toHaveBeenLastCalledWith("live");
    expect(heard.onEvent).toHaveBeenCalledTimes(1);
    expect(heard.onResume).not.toHaveBeenCalled();
  });

  it("fetches anew after a break only if the server lost the thread", () => {
    const heard = listener();
    openStream("/v1/events", heard);
    last().fail(0);
    expect(heard.onStatus).toHaveBeenLastCalledWith("reconnecting");
    last().say("hello", { server_time: "", resumed: true });
    expect(heard.onResume).not.toHaveBeenCalled();
    last().fail(0);
    last().say("hello", { server_time: "", resumed: false });
    expect(heard.onResume).toHaveBeenCalledTimes(1);
    expect(FakeSource.opened).toHaveLength(1);
  });

  it("opens a refused stream again, waiting longer each time", () => {
    const heard = listener();
    openStream("/v1/events", heard);
    last().fail(FakeSource.CLOSED);
    expect(heard.onRefused).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    expect(FakeSource.opened).toHaveLength(2);
    last().fail(FakeSource.CLOSED);
    vi.advanceTimersByTime(2_000);
    expect(FakeSource.opened).toHaveLength(2);
    vi.advanceTimersByTime(2_000);
    expect(FakeSource.opened).toHaveLength(3);
  });

  it("opens a stream again that has fallen silent", () => {
    openStream("/v1/events", listener());
    last().say("hello", { server_time: "" });
    vi.advanceTimersByTime(52_001);
    expect(FakeSource.opened).toHaveLength(2);
  });

  it("opens nothing any more once closed", () => {
    const close = openStream("/v1/events", listener());
    last().fail(FakeSource.CLOSED);
    close();
    vi.advanceTimersByTime(120_000);
    expect(FakeSource.opened).toHaveLength(1);
  });
});
