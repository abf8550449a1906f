import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { MetricsQuery, MetricsResult } from "@/lib/model";
import type { Range } from "./periods";

export const METRICS_KEY = ["metrics"] as const;

export const queryMetrics = (body: MetricsQuery, signal?: AbortSignal): Promise<MetricsResult> =>
  ok(api.POST("/v1/metrics/query", { body, signal }));

export type FileFormat = "csv" | "xlsx" | "parquet";

/** The file of a table, as bytes, exactly as the server wrote it. */
export const queryFile = (format: FileFormat, body: MetricsQuery): Promise<Blob> =>
  ok(api.POST(`/v1/metrics/query.${format}`, { body, parseAs: "blob" })) as Promise<Blob>;

export function useMetrics(body: MetricsQuery | null) {
  return useQuery({
    queryKey: [...METRICS_KEY, "query", body],
    queryFn: ({ signal }) => queryMetrics(body as MetricsQuery, signal),
    enabled: body !== null,
    placeholderData: (previous, query) => (sameShape(query?.queryKey[2], body) ? previous : undefined),
  });
}

/** Old rows may stand in while new ones load only if they have the same columns. */
function sameShape(previous: unknown, next: MetricsQuery | null): boolean {
  const dimensions = (previous as MetricsQuery | null | undefined)?.dimensions;
  return dimensions?.join() === next?.dimensions?.join();
}

export function useCatalogue() {
  return useQuery({
    queryKey: ["catalogue"],
    queryFn: ({ signal }) => ok(api.GET("/v1/metrics/catalogue", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useFreshness(range: Range) {
  return useQuery({
    queryKey: [...METRICS_KEY, "freshness", range],
    queryFn: ({ signal }) =>
      ok(
        api.GET("/v1/metrics/freshness", {
          params: { query: { start_date: range.start, end_date: range.end } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    select: (page) => page.items,
  });
}
