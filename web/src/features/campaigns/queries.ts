import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import { type CampaignsState, filterOf, type Kind } from "./state";

export const CAMPAIGNS_KEY = ["campaigns"] as const;
const PAGE = 200;
const CHANGES = 50;

/** Entities of the level that is shown, by name; `fetchNextPage` goes on. */
export function useEntities(state: CampaignsState, kind: Kind) {
  const { campaign, group } = state;
  const filters = filterOf(state, Date.now());
  return useInfiniteQuery({
    queryKey: [...CAMPAIGNS_KEY, "list", kind, { campaign, group, ...filters }],
    queryFn: ({ signal, pageParam }) => {
      const query = { ...filters, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return fetchPage(kind, query, campaign, group, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

interface PageQuery {
  at?: string;
  q?: string;
  limit: number;
  cursor?: string;
}

async function fetchPage(
  kind: Kind,
  query: PageQuery,
  campaign: string | null,
  group: string | null,
  signal: AbortSignal,
) {
  if (kind === "campaign") return ok(api.GET("/v1/campaigns", { params: { query }, signal }));
  if (kind === "ad_group") {
    const within = { ...query, ...(campaign ? { campaign_id: [campaign] } : {}) };
    return ok(api.GET("/v1/ad-groups", { params: { query: within }, signal }));
  }
  const within = { ...query, ...(group ? { ad_group_id: group } : {}) };
  return ok(api.GET("/v1/ads", { params: { query: within }, signal }));
}

/** What changed, the newest first. */
export function useChanges(state: CampaignsState) {
  const query = {
    order: "newest" as const,
    limit: CHANGES,
    ...(state.campaign ? { campaign_id: state.campaign } : {}),
    ...(state.brand ? { brand_id: [state.brand] } : {}),
    ...(state.field ? { field: [state.field] } : {}),
  };
  return useInfiniteQuery({
    queryKey: [...CAMPAIGNS_KEY, "changes", query],
    queryFn: ({ signal, pageParam }) =>
      ok(
        api.GET("/v1/campaigns/changes", {
          params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.next_cursor : null),
  });
}

/** Every version of one entity, the newest first. */
export function useVersions(kind: Kind, id: string) {
  return useQuery({
    queryKey: [...CAMPAIGNS_KEY, "versions", kind, id],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/campaigns/versions", { params: { query: { kind, entity_id: id } }, signal })),
    select: (page) => page.items,
  });
}

/** How old each advertiser's lists are. */
export function useListings() {
  return useQuery({
    queryKey: [...CAMPAIGNS_KEY, "listings"],
    queryFn: ({ signal }) => ok(api.GET("/v1/campaigns/listings", { signal })),
    select: (page) => page.items,
    refetchInterval: 30_000,
  });
}

/** Name of a campaign or ad group for the trail. */
export function useNameOf(kind: "campaign" | "ad_group", id: string | null) {
  const named = useQuery({
    queryKey: [...CAMPAIGNS_KEY, "versions", kind, id],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/campaigns/versions", { params: { query: { kind, entity_id: id ?? "" } }, signal })),
    enabled: id !== null,
  });
  const name = named.data?.items[0]?.fields.name;
  return typeof name === "string" && name ? name : (id ?? "");
}
