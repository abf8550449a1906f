import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import { observeServerTime } from "@/lib/clock";
import type { Connection, Region } from "@/lib/model";
import { leaveFor } from "./trip";

const DISCOVERY_POLL_MS = 3_000;

const isMoving = (connection: Connection): boolean =>
  connection.handing_over ||
  (connection.status === "active" && ["pending", "running"].includes(connection.discovery.state));

export function useConnections(enabled = true) {
  return useQuery({
    queryKey: ["connections"],
    queryFn: ({ signal }) => ok(api.GET("/v1/connections", { signal })),
    select: (page) => page.items,
    refetchInterval: (query) => (query.state.data?.items.some(isMoving) ? DISCOVERY_POLL_MS : false),
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
    onSuccess: (started) =>
      leaveFor(started.authorize_url, { connectionId: started.connection_id, consentedBefore: null }),
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

const at = (connectionId: string) => ({ params: { path: { connection_id: connectionId } } });

/** Another consent to the same connection, at Amazon. */
export function useReauthorize() {
  return useMutation({
    mutationFn: (connection: Pick<Connection, "id" | "consented_at">) =>
      ok(api.POST("/v1/connections/{connection_id}/reauthorizations", at(connection.id))),
    onSuccess: (started, connection) =>
      leaveFor(started.authorize_url, { connectionId: connection.id, consentedBefore: connection.consented_at }),
  });
}

export function useRename() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, label }: { id: string; label: string }) =>
      ok(api.PATCH("/v1/connections/{connection_id}", { ...at(id), body: { label } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["connections"] }),
  });
}

/** What disconnecting would stop. */
export function useDisconnection(connectionId: string) {
  return useQuery({
    queryKey: ["disconnection", connectionId],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/connections/{connection_id}/disconnection", { ...at(connectionId), signal })),
    gcTime: 0,
  });
}

export function useDisconnect() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, keepHistory }: { id: string; keepHistory: boolean }) =>
      ok(
        api.DELETE("/v1/connections/{connection_id}", {
          params: { path: { connection_id: id }, query: { keep_history: keepHistory } },
        }),
      ),
    onSuccess: async () => {
      for (const key of ["connections", "advertisers", "credentials"])
        await client.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** Whether another Amazon user takes the connection over. */
export function useDecideReplacement() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, accept }: { id: string; accept: boolean }) =>
      ok(api.PUT("/v1/connections/{connection_id}/replacement", { ...at(id), body: { accept } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["connections"] }),
  });
}
