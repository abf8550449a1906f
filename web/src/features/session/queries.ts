import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok, rememberCsrfToken } from "@/lib/api";
import type { Challenge, Session, SignInAnswer } from "@/lib/model";

/** Whether the password was right and a code is still to come. */
export function isChallenge(answer: SignInAnswer): answer is Challenge {
  return "challenge" in answer;
}

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
    onSuccess: (answer) => {
      if (!isChallenge(answer)) enter(client, answer);
    },
  });
}

/** The second step: the challenge of the first, and a code. */
export function useFinishSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { challenge: string; code?: string; recovery_code?: string }) =>
      ok(api.POST("/v1/session/second-factor", { body })),
    onSuccess: (session) => enter(client, session),
  });
}

/** Nothing that was loaded for somebody else stays once a session begins. */
export function enter(client: QueryClient, session: Session): void {
  client.clear();
  remember(session);
}

export function useSignOut() {
  return useMutation({ mutationFn: () => ok(api.DELETE("/v1/session")) });
}

/** Goes on in another organization: under another session, with nothing remembered of this one. */
export function useSwitchOrganization() {
  return useMutation({
    mutationFn: (organizationId: string) =>
      ok(api.PUT("/v1/session/organization", { body: { organization_id: organizationId } })),
    onSuccess: () => location.assign("/"),
  });
}
