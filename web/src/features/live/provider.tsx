"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Credential, Sync } from "@/lib/model";
import { applyCredential, applySync, type LiveEvent, staleKeys } from "./apply";
import { type LiveStatus, openStream } from "./stream";

const StatusContext = createContext<LiveStatus>("connecting");
const GATHER_MS = 700;

export const useLiveStatus = (): LiveStatus => useContext(StatusContext);

/** How a sync ended is in the event; the reports it left behind are not. */
const isEnd = (event: LiveEvent): boolean => event.type === "sync.completed" || event.type === "sync.failed";

interface Page<Item> {
  items: Item[];
}

/** True when the event could be applied to what is cached, so that nothing has to be fetched. */
function applyToCache(client: QueryClient, event: LiveEvent): boolean {
  if (event.type.startsWith("sync.")) {
    return updatePage<Sync>(client, "syncs", (items) => applySync(items, event));
  }
  if (event.type.startsWith("credential.")) {
    return updatePage<Credential>(client, "credentials", (items) => applyCredential(items, event));
  }
  return false;
}

function updatePage<Item>(client: QueryClient, key: string, change: (items: Item[]) => Item[] | null): boolean {
  const page = client.getQueryData<Page<Item>>([key]);
  const items = page && change(page.items);
  if (!items) return false;
  client.setQueryData([key], { ...page, items });
  return true;
}

/** Many events come at once while data loads; the queries they touch are fetched once per interval. */
function gatherer(client: QueryClient) {
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const key of stale) void client.invalidateQueries({ queryKey: [key] });
    stale.clear();
  };
  return {
    add(keys: string[]) {
      for (const key of keys) stale.add(key);
      if (stale.size && timer === undefined) timer = setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>("connecting");
  useEffect(() => {
    const gathered = gatherer(client);
    const close = openStream("/v1/events", {
      onStatus: setStatus,
      onEvent: (event) => {
        const applied = applyToCache(client, event);
        if (!applied || isEnd(event)) gathered.add(staleKeys(event.type));
      },
      onResume: () => void client.invalidateQueries(),
      onRefused: () => void client.invalidateQueries({ queryKey: ["session"] }),
    });
    return () => {
      close();
      gathered.stop();
    };
  }, [client]);
  return <StatusContext value={status}>{children}</StatusContext>;
}
