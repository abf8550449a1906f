import { useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

export function useAmcAccounts() {
  return useQuery({
    queryKey: ["amc", "accounts"],
    queryFn: ({ signal }) => ok(api.GET("/v1/amc/accounts", { signal })),
    select: (page) => page.items,
  });
}

export function useAmcDiscoveries() {
  return useQuery({
    queryKey: ["amc", "discoveries"],
    queryFn: ({ signal }) => ok(api.GET("/v1/amc/discoveries", { signal })),
    select: (page) => page.items,
  });
}

export function useAmcInstances() {
  return useQuery({
    queryKey: ["amc", "instances"],
    queryFn: ({ signal }) => ok(api.GET("/v1/amc/instances", { signal })),
    select: (page) => page.items,
  });
}
