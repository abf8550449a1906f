import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

const PROFILE = ["user"];
const FACTOR = ["user", "second-factor"];

export function useProfile() {
  return useQuery({ queryKey: PROFILE, queryFn: ({ signal }) => ok(api.GET("/v1/user", { signal })) });
}

export function useRename() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => ok(api.PATCH("/v1/user", { body: { name } })),
    onSuccess: (profile) => {
      client.setQueryData(PROFILE, profile);
      return client.invalidateQueries({ queryKey: ["session"] });
    },
  });
}

export function useAskEmail() {
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => ok(api.POST("/v1/user/email", { body })),
  });
}

export function useConfirmEmail() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: string) => ok(api.PUT("/v1/user/email", { body: { token } })),
    onSuccess: (profile) => {
      client.setQueryData(PROFILE, profile);
      return client.invalidateQueries({ queryKey: ["session"] });
    },
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => ok(api.PUT("/v1/user/password", { body })),
  });
}

export function useSecondFactor() {
  return useQuery({
    queryKey: FACTOR,
    queryFn: ({ signal }) => ok(api.GET("/v1/user/second-factor", { signal })),
  });
}

export function useBeginFactor() {
  return useMutation({
    mutationFn: (password: string) => ok(api.POST("/v1/user/second-factor", { body: { password } })),
  });
}

/** Its answer holds the recovery codes: nothing is refreshed until they have been seen. */
export function useConfirmFactor() {
  return useMutation({
    mutationFn: (code: string) => ok(api.PUT("/v1/user/second-factor", { body: { code } })),
  });
}

export interface Proof {
  password: string;
  code?: string;
  recovery_code?: string;
}

export function useRemoveFactor() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Proof) => ok(api.POST("/v1/user/second-factor/removal", { body })),
    onSuccess: refresh,
  });
}

export function useRenewCodes() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Proof) => ok(api.POST("/v1/user/second-factor/recovery-codes", { body })),
    onSuccess: refresh,
  });
}

/** Reads anew whether the second factor is on. */
export function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all([client.invalidateQueries({ queryKey: FACTOR }), client.invalidateQueries({ queryKey: ["session"] })]);
}
