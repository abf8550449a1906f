import { useSyncExternalStore } from "react";
import { serverNow } from "./clock";

const TICK_MS = 1_000;
const JUMP_MS = 5_000;
const listeners = new Set<() => void>();
const jumpListeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;
let tickedAt = 0;

function tick(): void {
  const now = Date.now();
  const jumped = tickedAt !== 0 && Math.abs(now - tickedAt - TICK_MS) > JUMP_MS;
  tickedAt = now;
  second = Math.floor(serverNow(now) / TICK_MS);
  for (const listener of listeners) listener();
  if (jumped) for (const listener of jumpListeners) listener();
}

function wake(): void {
  if (document.visibilityState === "visible") tick();
}

function start(): void {
  timer = setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", wake);
  document.addEventListener("resume", wake);
}

function stop(): void {
  clearInterval(timer);
  timer = undefined;
  tickedAt = 0;
  document.removeEventListener("visibilitychange", wake);
  document.removeEventListener("resume", wake);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) start();
  queueMicrotask(tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

/**
 * Calls `listener` when this computer's clock made a leap between two ticks: the page was frozen, the laptop slept,
 * or somebody set the clock. In the last case what is known of the server's clock is wrong until it tells it again.
 */
export function onClockJump(listener: () => void): () => void {
  jumpListeners.add(listener);
  return () => jumpListeners.delete(listener);
}

/** The server's time in milliseconds, at whole seconds; one timer however many components watch. 0 before the first tick. */
export function useServerNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => second * TICK_MS,
    () => 0,
  );
}
