import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { enter } from "@/features/session/queries";
import { api, ok } from "@/lib/api";
import type { SignUp } from "@/lib/model";

/** How people sign in here: who keeps passwords, who may sign up, whether letters are sent. */
export function useIdentity() {
  return useQuery({
    queryKey: ["identity"],
    queryFn: ({ signal }) => ok(api.GET("/v1/identity", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useSignUp() {
  return useMutation({ mutationFn: (body: SignUp) => ok(api.POST("/v1/users", { body })) });
}

export function useResendVerification() {
  return useMutation({
    mutationFn: (email: string) => ok(api.POST("/v1/users/verification/letters", { body: { email } })),
  });
}

export function useVerify() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; password: string }) => ok(api.POST("/v1/users/verification", { body })),
    onSuccess: (session) => enter(client, session),
  });
}

export function useAskReset() {
  return useMutation({
    mutationFn: (email: string) => ok(api.POST("/v1/password-resets", { body: { email } })),
  });
}

export function useRedeemReset() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) => ok(api.PUT("/v1/password-resets", { body })),
  });
}
