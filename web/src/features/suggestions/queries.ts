import { useQuery } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

/** Under the advertisers' key: what maps them makes suggestions stale too. */
export function useSuggestions() {
  return useQuery({
    queryKey: ["advertisers", "suggestions"],
    queryFn: ({ signal }) => ok(api.GET("/v1/advertisers/suggestions", { signal })),
    select: (page) => page.items,
  });
}
