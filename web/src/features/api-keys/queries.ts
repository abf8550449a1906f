import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { ApiKeyRotation, ApiKeyWish } from "@/lib/model";

export function useApiKeys() {
  return useQuery({
    queryKey: ["api-keys"],
    queryFn: ({ signal }) => ok(api.GET("/v1/api-keys", { signal })),
    select: (page) => page.items,
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["api-keys"] });
}

/** The answer holds the secret: it stays with the dialog that asked and is never cached. */
export function useCreateApiKey() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: ApiKeyWish) => ok(api.POST("/v1/api-keys", { body })),
    onSuccess,
    gcTime: 0,
  });
}

export function useRotateApiKey(keyId: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: ApiKeyRotation) =>
      ok(api.POST("/v1/api-keys/{api_key_id}/secrets", { params: { path: { api_key_id: keyId } }, body })),
    onSuccess,
    gcTime: 0,
  });
}

export function useRenameApiKey(keyId: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (name: string) =>
      ok(api.PATCH("/v1/api-keys/{api_key_id}", { params: { path: { api_key_id: keyId } }, body: { name } })),
    onSuccess,
  });
}

export function useRevokeApiKey(keyId: string) {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: () => ok(api.DELETE("/v1/api-keys/{api_key_id}", { params: { path: { api_key_id: keyId } } })),
    onSuccess,
  });
}
