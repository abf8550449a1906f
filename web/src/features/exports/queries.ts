import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { ExportWish } from "@/lib/model";

const KEY = ["exports"] as const;
const LOOK_AGAIN_MS = 1500;
const UNFINISHED = new Set(["pending", "running"]);

/** Newest first; while one is being written the list is read again and again. */
export function useExports() {
  return useInfiniteQuery({
    queryKey: KEY,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ok(api.GET("/v1/exports", { params: { query: { cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => UNFINISHED.has(item.state)))
        ? LOOK_AGAIN_MS
        : false,
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

export function useRequestExport() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: ExportWish) =>
      ok(api.POST("/v1/exports", { body, params: { header: { "idempotency-key": crypto.randomUUID() } } })),
    onSuccess,
  });
}

export function useCancelExport() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (exportId: string) =>
      ok(api.POST("/v1/exports/{export_id}/cancellation", { params: { path: { export_id: exportId } } })),
    onSettled,
  });
}

export function useRevokeExport() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (exportId: string) =>
      ok(api.DELETE("/v1/exports/{export_id}", { params: { path: { export_id: exportId } } })),
    onSettled,
  });
}

/** The answer holds the link's secret: it goes to the clipboard and is never cached. */
export function useAddExportLink() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (exportId: string) =>
      ok(
        api.POST("/v1/exports/{export_id}/links", {
          params: { path: { export_id: exportId } },
          body: { hours: 24 },
        }),
      ),
    onSuccess,
    gcTime: 0,
  });
}
