import { useSyncExternalStore } from "react";
import { serverNow } from "./clock";

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;

function tick(): void {
  second = Math.floor(serverNow() / TICK_MS);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) timer = setInterval(tick, TICK_MS);
  queueMicrotask(tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in milliseconds, at whole seconds; one timer however many components watch. 0 before the first tick. */
export function useServerNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => second * TICK_MS,
    () => 0,
  );
}
