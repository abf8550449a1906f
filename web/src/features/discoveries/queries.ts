import { useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

const of = (connectionId: string) => ({ params: { path: { connection_id: connectionId } } });

export function useLooks(connectionId: string) {
  return useQuery({
    queryKey: ["connections", connectionId, "looks"],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/connections/{connection_id}/discoveries", { ...of(connectionId), signal })),
    select: (page) => page.items,
  });
}

export function useSightings(connectionId: string) {
  return useQuery({
    queryKey: ["connections", connectionId, "sightings"],
    queryFn: ({ signal }) => ok(api.GET("/v1/connections/{connection_id}/sightings", { ...of(connectionId), signal })),
    select: (page) => page.items,
  });
}

/** What one look changed since another, or since the one before it. */
export function useChanges(connectionId: string, discoveryId: string, since: string | null) {
  return useQuery({
    queryKey: ["connections", connectionId, "changes", discoveryId, since],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/v1/connections/{connection_id}/discoveries/{discovery_id}/changes", {
          params: {
            path: { connection_id: connectionId, discovery_id: discoveryId },
            query: since ? { since } : {},
          },
          signal,
        }),
      ),
  });
}
