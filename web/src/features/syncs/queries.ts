import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

export function useSyncs(enabled = true) {
  return useQuery({
    queryKey: ["syncs"],
    queryFn: ({ signal }) => ok(api.GET("/v1/syncs", { signal })),
    select: (page) => page.items,
    refetchInterval: 30_000,
    enabled,
  });
}

export function useRejectedReports() {
  return useQuery({
    queryKey: ["rejected-reports"],
    queryFn: ({ signal }) => ok(api.GET("/v1/syncs/reports", { params: { query: { state: "rejected" } }, signal })),
    select: (page) => page.items,
  });
}

/** Reports that arrived whole but could not be loaded into the numbers. */
export function useRejectedLoads(enabled: boolean) {
  return useQuery({
    queryKey: ["rejected-reports", "loads"],
    queryFn: ({ signal }) => ok(api.GET("/v1/metrics/loads", { signal })),
    select: (page) => page.items,
    enabled,
  });
}

export function useRetryLoad() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reportId: string) =>
      ok(api.POST("/v1/metrics/loads/{report_id}/retries", { params: { path: { report_id: reportId } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["rejected-reports"] }),
  });
}

export function useSyncNow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (advertiserId: string) =>
      ok(api.POST("/v1/syncs", { body: { advertiser_id: advertiserId, report_type: "dspCampaign" } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["syncs"] }),
  });
}
