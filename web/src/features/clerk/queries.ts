import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { enter } from "@/features/session/queries";
import { api, ok } from "@/lib/api";
import { ApiError } from "@/lib/problem";
import { type Clerk, type ClerkConfig, loadClerk } from "./script";

const WEBHOOK_PATIENCE = 6;
const SECOND = 1000;

/** Clerk in this browser. `leave`: whoever is signed in there is signed out first. */
export function useClerk(config: ClerkConfig, leave: boolean) {
  return useQuery({
    queryKey: ["clerk", config.script_url],
    queryFn: async () => {
      const clerk = await loadClerk(config);
      if (leave && clerk.session) await clerk.signOut({ redirectUrl: "/login/" });
      return clerk;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}

/** Clerk's session token for a session here; patient while Clerk's webhooks are on their way. */
export function useExchange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (clerk: Clerk) => {
      const token = await clerk.session?.getToken();
      return ok(api.POST("/v1/session/clerk", { body: { token: token ?? "" } }));
    },
    ...pendingAtClerk,
    onSuccess: (session) => enter(client, session),
  });
}

/** Asks again while a webhook of Clerk's is on its way. */
export const pendingAtClerk = {
  retry: (failures: number, error: Error) => isPending(error) && failures < WEBHOOK_PATIENCE,
  retryDelay: (_: number, error: Error) => ((error instanceof ApiError && error.retryAfterSeconds) || 2) * SECOND,
};

const isPending = (error: Error): boolean =>
  error instanceof ApiError && error.retryable && error.code.endsWith("_pending");
