import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import { observeServerTime } from "@/lib/clock";
import type { Connection, Region } from "@/lib/model";

const DISCOVERY_POLL_MS = 3_000;

const isDiscovering = (connection: Connection): boolean =>
  connection.status === "active" && ["pending", "running"].includes(connection.discovery.state);

export function useConnections(enabled = true) {
  return useQuery({
    queryKey: ["connections"],
    queryFn: ({ signal }) => ok(api.GET("/v1/connections", { signal })),
    select: (page) => page.items,
    refetchInterval: (query) => (query.state.data?.items.some(isDiscovering) ? DISCOVERY_POLL_MS : false),
    enabled,
  });
}

export function useCredentials() {
  return useQuery({
    queryKey: ["credentials"],
    queryFn: async ({ signal }) => {
      const page = await ok(api.GET("/v1/credentials", { signal }));
      const told = page.items[0]?.server_time;
      if (told) observeServerTime(told);
      return page;
    },
    select: (page) => page.items,
    refetchInterval: 60_000,
  });
}

/** Asks for the consent page's address; the browser goes there and comes back to /connections/. */
export function useConnect() {
  return useMutation({
    mutationFn: (body: { region: Region; label?: string }) => ok(api.POST("/v1/connections", { body })),
    onSuccess: (started) => location.assign(started.authorize_url),
  });
}

export function useRediscover() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (connectionId: string) =>
      ok(
        api.POST("/v1/connections/{connection_id}/discoveries", { params: { path: { connection_id: connectionId } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["connections"] }),
  });
}
