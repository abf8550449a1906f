import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

const at = (advertiserId: string) => ({ params: { path: { advertiser_id: advertiserId } } });

/** Who serves an advertiser, and everybody who could. */
export function useServing(advertiserId: string) {
  return useQuery({
    queryKey: ["advertisers", advertiserId, "serving"],
    queryFn: ({ signal }) => ok(api.GET("/v1/advertisers/{advertiser_id}/serving", { ...at(advertiserId), signal })),
  });
}

export function usePin(advertiserId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (connectionId: string | null) =>
      ok(
        api.PUT("/v1/advertisers/{advertiser_id}/serving/pin", {
          ...at(advertiserId),
          body: { connection_id: connectionId },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["advertisers"] }),
  });
}

export type Leaver = { connection_id: string } | { amazon_user_of: string } | { user_id: string };

/** What would go dark without somebody. */
export function useDeparture(leaver: Leaver | null) {
  return useQuery({
    queryKey: ["advertisers", "departures", leaver],
    queryFn: ({ signal }) => ok(api.GET("/v1/connections/departures", { params: { query: leaver ?? {} }, signal })),
    enabled: leaver !== null,
  });
}
