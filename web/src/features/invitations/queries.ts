import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { pendingAtClerk } from "@/features/clerk/queries";
import type { Clerk } from "@/features/clerk/script";
import { api, ok, rememberCsrfToken } from "@/lib/api";
import type { GrantWish } from "@/lib/model";

export function useInvitations(enabled = true) {
  return useQuery({
    queryKey: ["invitations"],
    queryFn: ({ signal }) => ok(api.GET("/v1/invitations", { signal })),
    select: (page) => page.items,
    enabled,
  });
}

function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["invitations"] });
}

export function useInvite() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (body: { email: string; grants: GrantWish[] }) => ok(api.POST("/v1/invitations", { body })),
    onSuccess,
  });
}

const one = (invitationId: string) => ({ params: { path: { invitation_id: invitationId } } });

export function useResend() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (invitationId: string) => ok(api.POST("/v1/invitations/{invitation_id}/letters", one(invitationId))),
    onSuccess,
  });
}

export function useRevoke() {
  const onSuccess = useRefresh();
  return useMutation({
    mutationFn: (invitationId: string) => ok(api.DELETE("/v1/invitations/{invitation_id}", one(invitationId))),
    onSuccess,
  });
}

export function useOffer(token: string) {
  return useQuery({
    queryKey: ["offer", token],
    queryFn: ({ signal }) => ok(api.GET("/v1/invitations/offer", { signal, params: { query: { token } } })),
    enabled: token !== "",
  });
}

interface Newcomer {
  name: string;
  password: string;
}

/** Joins as who is signed in; or as somebody new, who is signed in with what they chose. */
export function useAccept(token: string) {
  return useMutation({
    mutationFn: async (newcomer: Newcomer | null) => {
      const joined = await ok(
        api.POST("/v1/invitations/acceptances", { body: { token, name: "", password: "", ...newcomer } }),
      );
      if (newcomer === null) return { ...joined, signedIn: true };
      const login = await api.POST("/v1/session", { body: { email: joined.email, password: newcomer.password } });
      return { ...joined, signedIn: login.data !== undefined && "csrf_token" in login.data };
    },
  });
}

/** Joins as who is signed in at Clerk, then enters there; patient while Clerk's webhooks are on their way. */
export function useAcceptAtClerk(token: string) {
  return useMutation({
    mutationFn: async (clerk: Clerk) => {
      const clerkToken = async () => (await clerk.session?.getToken()) ?? "";
      const body = { token, name: "", password: "", clerk_token: await clerkToken() };
      const joined = await ok(api.POST("/v1/invitations/acceptances", { body }));
      const session = (await api.POST("/v1/session/clerk", { body: { token: await clerkToken() } })).data;
      if (session) rememberCsrfToken(session.csrf_token);
      if (session && session.organization.id !== joined.organization_id) {
        await ok(api.PUT("/v1/session/organization", { body: { organization_id: joined.organization_id } }));
      }
      return { ...joined, signedIn: session !== undefined };
    },
    ...pendingAtClerk,
  });
}
