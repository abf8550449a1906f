import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { RoleWish } from "@/lib/model";

export function useRoles(enabled = true) {
  return useQuery({
    queryKey: ["roles"],
    queryFn: ({ signal }) => ok(api.GET("/v1/roles", { signal })),
    select: (page) => page.items,
    enabled,
  });
}

export function usePermissions() {
  return useQuery({
    queryKey: ["permissions"],
    queryFn: ({ signal }) => ok(api.GET("/v1/permissions", { signal })),
    select: (page) => page.items,
  });
}

/** A changed role changes what people may do: everything that tells of it is read again. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [["roles"], ["permissions"], ["members"], ["session"]].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}

/** Makes a role, or changes the one with this id. */
export function useSaveRole(roleId: string | null) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: RoleWish) =>
      roleId === null
        ? ok(api.POST("/v1/roles", { body }))
        : ok(api.PUT("/v1/roles/{role_id}", { params: { path: { role_id: roleId } }, body })),
    onSuccess,
  });
}

export function useDeleteRole() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (roleId: string) => ok(api.DELETE("/v1/roles/{role_id}", { params: { path: { role_id: roleId } } })),
    onSuccess,
  });
}
