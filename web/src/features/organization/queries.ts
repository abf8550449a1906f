import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

export function useOrganization() {
  return useQuery({
    queryKey: ["organization"],
    queryFn: ({ signal }) => ok(api.GET("/v1/organization", { signal })),
  });
}

/** Name and owner show in the session, too, and the owner among the members. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all([["organization"], ["session"], ["members"]].map((queryKey) => client.invalidateQueries({ queryKey })));
}

export function useRename() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (name: string) => ok(api.PATCH("/v1/organization", { body: { name } })),
    onSuccess,
  });
}

export function useHandOver() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: { user_id: string; password: string }) => ok(api.PUT("/v1/organization/owner", { body })),
    onSuccess,
  });
}
