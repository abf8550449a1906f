import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, ok } from "@/lib/api";
import { onClockJump } from "@/lib/use-server-now";

const CONTINUITY_MS = 60_000;

/** How many refreshes were due in the last hours, and what became of them. */
export function useContinuity(hours: number) {
  return useQuery({
    queryKey: ["credentials", "continuity", hours],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/credentials/continuity", { params: { query: { window_hours: hours } }, signal })),
    refetchInterval: CONTINUITY_MS,
    placeholderData: (before) => before,
  });
}

/** Asks anew after sleep, and when somebody set this computer's clock: the offset to the server's is told again. */
export function useFreshAfterClockJump() {
  const client = useQueryClient();
  useEffect(() => onClockJump(() => void client.invalidateQueries({ queryKey: ["credentials"] })), [client]);
}

export function useSuspend(connectionId: string) {
  const client = useQueryClient();
  const path = { connection_id: connectionId };
  return useMutation({
    mutationFn: (reason: string) =>
      ok(api.POST("/v1/credentials/{connection_id}/suspension", { params: { path }, body: { reason } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["credentials"] }),
  });
}

export function useResume(connectionId: string) {
  const client = useQueryClient();
  const path = { connection_id: connectionId };
  return useMutation({
    mutationFn: () => ok(api.DELETE("/v1/credentials/{connection_id}/suspension", { params: { path } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["credentials"] }),
  });
}
