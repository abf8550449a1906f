import { useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { QuotaFamily, QuotaRegion } from "@/lib/model";

/** From the hour the viewer's day began in, this one included. */
export function hoursToday(now: Date): number {
  return now.getHours() + 1;
}

export function useQuota() {
  return useQuery({
    queryKey: ["quota"],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/syncs/quota", { params: { query: { window_hours: hoursToday(new Date()) } }, signal })),
    select: (page) => page.items,
    refetchInterval: 30_000,
  });
}

/** Kinds of call worth a line: those a sync makes, and any other that was made. */
export function shownFamilies(region: QuotaRegion): QuotaFamily[] {
  return region.families.filter((each) => each.family.startsWith("report_") || each.requests > 0);
}

export type Strain = "none" | "some" | "hard";

/** How hard Amazon holds a kind of call back. */
export function strainOf(family: QuotaFamily): Strain {
  if (family.blocked_seconds > 0 || family.throttled_share > 0.2) return "hard";
  return family.throttled > 0 ? "some" : "none";
}
