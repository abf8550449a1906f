import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok, rememberCsrfToken } from "@/lib/api";
import type { Session } from "@/lib/model";

function remember(session: Session): Session {
  rememberCsrfToken(session.csrf_token);
  return session;
}

export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: async ({ signal }) => remember(await ok(api.GET("/v1/session", { signal }))),
    staleTime: 5 * 60_000,
  });
}

/** Whether the signed-in person holds a permission; false until the session is known. */
export function useCan(): (permission: string) => boolean {
  const permissions = useSession().data?.permissions;
  return (permission) => permissions?.includes(permission) ?? false;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => ok(api.POST("/v1/session", { body })),
    onSuccess: (session) => {
      client.clear();
      remember(session);
    },
  });
}

export function useSignOut() {
  return useMutation({ mutationFn: () => ok(api.DELETE("/v1/session")) });
}
