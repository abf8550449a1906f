import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { GrantWish } from "@/lib/model";

export function useMembers(enabled = true) {
  return useQuery({
    queryKey: ["members"],
    queryFn: ({ signal }) => ok(api.GET("/v1/members", { signal })),
    select: (page) => page.items,
    enabled,
  });
}

/** Whoever's rights changed may be the reader. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [["members"], ["roles"], ["session"], ["invitations"]].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}

export function useChangeGrants(userId: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (grants: GrantWish[]) =>
      ok(api.PATCH("/v1/members/{user_id}", { params: { path: { user_id: userId } }, body: { grants } })),
    onSuccess,
  });
}

/** What removing a member would do. Asked anew each time: it is a promise about now. */
export function useRemoval(userId: string) {
  return useQuery({
    queryKey: ["removal", userId],
    queryFn: ({ signal }) =>
      ok(api.GET("/v1/members/{user_id}/removal", { signal, params: { path: { user_id: userId } } })),
    staleTime: 0,
    gcTime: 0,
  });
}

export function useRemoveMember(userId: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (heirId: string | null) =>
      ok(
        api.DELETE("/v1/members/{user_id}", {
          params: { path: { user_id: userId }, query: heirId ? { heir_id: heirId } : {} },
        }),
      ),
    onSuccess,
  });
}
