import { observeServerTime } from "@/lib/clock";
import { type LiveEvent, parseEvent } from "./apply";

export type LiveStatus = "connecting" | "live" | "reconnecting";

export const EVENT_TYPES = [
  "connection.authorized",
  "connection.reauthorized",
  "connection.revoked",
  "advertiser.linked",
  "advertiser.unlinked",
  "advertiser.lost",
  "advertiser.recovered",
  "brand.created",
  "brand.updated",
  "brand.archived",
  "credential.refreshed",
  "credential.refresh_failed",
  "credential.reauth_required",
  "credential.recovered",
  "sync.started",
  "sync.progressed",
  "sync.completed",
  "sync.failed",
  "report.rejected",
  "metrics.updated",
  "instance.discovered",
] as const;

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const SILENCE_MS = 50_000;

interface Listener {
  onStatus: (status: LiveStatus) => void;
  onEvent: (event: LiveEvent) => void;
  /** Connected again after a break: what was missed is unknown. */
  onResume: () => void;
}

/** Keeps one event stream open, retries with backoff, and notices a stream that has fallen silent. */
export function openStream(url: string, listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;
  let broken = false;

  const reopen = () => {
    source?.close();
    clearTimeout(silence);
    clearTimeout(timer);
    broken = true;
    listener.onStatus("reconnecting");
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  const onClock = (message: MessageEvent<string>) => {
    const body = JSON.parse(message.data) as { server_time?: string; data?: { server_time?: string } };
    const time = body.server_time ?? body.data?.server_time;
    if (time) observeServerTime(time);
    clearTimeout(silence);
    silence = setTimeout(reopen, SILENCE_MS);
  };

  const onOpen = () => {
    retryMs = FIRST_RETRY_MS;
    listener.onStatus("live");
    if (broken) listener.onResume();
    broken = false;
  };

  const onMessage = (message: MessageEvent<string>) => {
    const event = parseEvent(message.data);
    if (event) listener.onEvent(event);
  };

  function connect(): void {
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener("open", onOpen);
    opened.addEventListener("error", reopen);
    for (const name of ["hello", "heartbeat"]) opened.addEventListener(name, onClock);
    for (const name of EVENT_TYPES) opened.addEventListener(name, onMessage);
  }

  connect();
  return () => {
    source?.close();
    clearTimeout(timer);
    clearTimeout(silence);
  };
}
