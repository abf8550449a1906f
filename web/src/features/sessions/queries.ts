import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

export function useSessions() {
  return useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => ok(api.GET("/v1/sessions", { signal })),
    select: (page) => page.items,
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["sessions"] });
}

export function useEndSession() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (sessionId: string) =>
      ok(api.DELETE("/v1/sessions/{session_id}", { params: { path: { session_id: sessionId } } })),
    onSettled,
  });
}

export function useEndOtherSessions() {
  const onSettled = useRefresh();
  return useMutation({ mutationFn: () => ok(api.DELETE("/v1/sessions")), onSettled });
}
