import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import { type AuditState, filterOf } from "./state";

const KEY = ["audit"] as const;
const PAGE = 50;

/** Newest first; `fetchNextPage` asks for older ones. */
export function useAuditEntries(state: AuditState) {
  return useInfiniteQuery({
    queryKey: [...KEY, "entries", state],
    queryFn: ({ signal, pageParam }) =>
      ok(
        api.GET("/v1/audit", {
          params: { query: { ...filterOf(state), limit: PAGE, ...(pageParam ? { before: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.before,
  });
}

/** Whom and what one can filter by. */
export function useAuditFacets() {
  return useQuery({
    queryKey: [...KEY, "facets"],
    queryFn: ({ signal }) => ok(api.GET("/v1/audit/facets", { signal })),
    staleTime: 60_000,
  });
}

export function useRetention(enabled: boolean) {
  return useQuery({
    queryKey: [...KEY, "retention"],
    queryFn: ({ signal }) => ok(api.GET("/v1/audit/retention", { signal })),
    enabled,
  });
}

export function useChangeRetention() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (days: number) => ok(api.PUT("/v1/audit/retention", { body: { days } })),
    onSuccess: (retention) => client.setQueryData([...KEY, "retention"], retention),
  });
}
