import { observeServerTime } from "@/lib/clock";
import { type LiveEvent, parseEvent } from "./apply";

export type LiveStatus = "connecting" | "live" | "reconnecting";

export const EVENT_TYPES = [
  "connection.authorized",
  "connection.reauthorized",
  "connection.revoked",
  "connection.updated",
  "connection.consent_expiring",
  "consent_request.updated",
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
  const stream = new LiveStream(url, listener);
  stream.connect();
  return stream.close;
}

class LiveStream {
  private source: EventSource | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retryMs = FIRST_RETRY_MS;
  private broken = false;

  constructor(
    private readonly url: string,
    private readonly listener: Listener,
  ) {}

  connect = (): void => {
    const source = new EventSource(this.url);
    this.source = source;
    source.addEventListener("open", this.onOpen);
    source.addEventListener("error", this.onError);
    source.addEventListener("hello", this.onHello);
    source.addEventListener("heartbeat", this.onClock);
    source.addEventListener("closed", this.listener.onRefused);
    for (const name of EVENT_TYPES) source.addEventListener(name, this.onMessage);
  };

  close = (): void => {
    this.source?.close();
    clearTimeout(this.retry);
    clearTimeout(this.silence);
  };

  private reopen = (): void => {
    this.close();
    this.onBreak();
    this.retry = setTimeout(this.connect, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  };

  private onBreak(): void {
    this.broken = true;
    this.listener.onStatus("reconnecting");
  }

  /** The browser reconnects by itself, naming the last event it saw, unless the server refused it. */
  private onError = (): void => {
    if (this.source?.readyState === EventSource.CLOSED) {
      this.listener.onRefused();
      this.reopen();
    } else this.onBreak();
  };

  private onOpen = (): void => {
    this.retryMs = FIRST_RETRY_MS;
    this.listener.onStatus("live");
  };

  private onClock = (message: MessageEvent<string>): void => {
    const { server_time } = JSON.parse(message.data) as { server_time?: string };
    if (server_time) observeServerTime(server_time);
    clearTimeout(this.silence);
    this.silence = setTimeout(this.reopen, SILENCE_MS);
  };

  private onHello = (message: MessageEvent<string>): void => {
    this.onClock(message);
    const { resumed } = JSON.parse(message.data) as { resumed?: boolean };
    if (this.broken && !resumed) this.listener.onResume();
    this.broken = false;
  };

  private onMessage = (message: MessageEvent<string>): void => {
    const event = parseEvent(message.data);
    if (event) this.listener.onEvent(event);
  };
}
