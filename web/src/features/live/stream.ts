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
  "credential.refreshed",
  "credential.refresh_failed",
  "credential.reauth_required",
  "credential.recovered",
  "sync.started",
  "sync.progressed",
  "sync.completed",
  "sync.failed",
  "metrics.updated",
  "instance.discovered",
] as const;

const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const SILENCE_MS = 50_000;

interface Listener {
  onStatus: (status: LiveStatus) => void;
  onEvent: (event: LiveEvent) => void;
  /** Connected again after a break, and the server no longer knows what was missed. */
  onResume: () => void;
  /** The server ended or refused the stream, perhaps because the session is over. */
  onRefused: () => void;
}

/** Keeps one event stream open, retries with backoff, and notices a stream that has fallen silent. */
export function openStream(url: string, listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;
  let broken = false;

  const onBreak = () => {
    broken = true;
    listener.onStatus("reconnecting");
  };

  const reopen = () => {
    source?.close();
    clearTimeout(silence);
    clearTimeout(timer);
    onBreak();
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  /** The browser reconnects by itself, naming the last event it saw, unless the server refused it. */
  const onError = () => {
    if (source?.readyState !== EventSource.CLOSED) return onBreak();
    listener.onRefused();
    reopen();
  };

  const onClock = (message: MessageEvent<string>) => {
    const { server_time } = JSON.parse(message.data) as { server_time?: string };
    if (server_time) observeServerTime(server_time);
    clearTimeout(silence);
    silence = setTimeout(reopen, SILENCE_MS);
  };

  const onHello = (message: MessageEvent<string>) => {
    onClock(message);
    const { resumed } = JSON.parse(message.data) as { resumed?: boolean };
    if (broken && !resumed) listener.onResume();
    broken = false;
  };

  const onOpen = () => {
    retryMs = FIRST_RETRY_MS;
    listener.onStatus("live");
  };

  const onMessage = (message: MessageEvent<string>) => {
    const event = parseEvent(message.data);
    if (event) listener.onEvent(event);
  };

  function connect(): void {
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener("open", onOpen);
    opened.addEventListener("error", onError);
    opened.addEventListener("hello", onHello);
    opened.addEventListener("heartbeat", onClock);
    opened.addEventListener("closed", listener.onRefused);
    for (const name of EVENT_TYPES) opened.addEventListener(name, onMessage);
  }

  connect();
  return () => {
    source?.close();
    clearTimeout(timer);
    clearTimeout(silence);
  };
}
