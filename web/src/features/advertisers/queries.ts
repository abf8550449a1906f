import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { BrandMapping } from "@/lib/model";

export function useAdvertisers(enabled = true) {
  return useQuery({
    queryKey: ["advertisers"],
    queryFn: ({ signal }) => ok(api.GET("/v1/advertisers", { signal })),
    select: (page) => page.items,
    enabled,
  });
}

export function useBrands() {
  return useQuery({
    queryKey: ["brands"],
    queryFn: ({ signal }) => ok(api.GET("/v1/brands", { signal })),
    select: (page) => page.items.filter((brand) => !brand.archived),
  });
}

export function useMapBrands() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (mappings: BrandMapping[]) => ok(api.PUT("/v1/advertisers/brands", { body: { mappings } })),
    onSettled: () =>
      Promise.all(["advertisers", "brands", "metrics"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
