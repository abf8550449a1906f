import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";
import type { ConsentOffer, ConsentRequestInput } from "@/lib/model";

const CARRIED_POLL_MS = 3_000;

export function useConsentRequests() {
  return useQuery({
    queryKey: ["consent-requests"],
    queryFn: ({ signal }) => ok(api.GET("/v1/consent-requests", { signal })),
    select: (page) => page.items,
  });
}

export function useCreateRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ConsentRequestInput) => ok(api.POST("/v1/consent-requests", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["consent-requests"] }),
  });
}

const at = (id: string) => ({ params: { path: { consent_request_id: id } } });

export function useResendRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ok(api.POST("/v1/consent-requests/{consent_request_id}/letters", at(id))),
    onSuccess: () => client.invalidateQueries({ queryKey: ["consent-requests"] }),
  });
}

export function useRevokeRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ok(api.DELETE("/v1/consent-requests/{consent_request_id}", at(id))),
    onSuccess: () => client.invalidateQueries({ queryKey: ["consent-requests"] }),
  });
}

/** What the holder of a link is asked for; asked again while a consent is on its way. */
export function useOffer(token: string | null) {
  return useQuery({
    queryKey: ["consent-offer", token],
    queryFn: ({ signal }): Promise<ConsentOffer> =>
      ok(api.GET("/v1/consent-requests/offer", { params: { query: { token: token ?? "" } }, signal })),
    enabled: Boolean(token),
    refetchInterval: (query) => (query.state.data?.state === "consenting" ? CARRIED_POLL_MS : false),
  });
}

/** On to Amazon; the answer of the browser that clicked, and of no other, is accepted. */
export function useOpenLink() {
  return useMutation({
    mutationFn: (token: string) => ok(api.POST("/v1/consent-requests/openings", { body: { token } })),
    onSuccess: (opening) => location.assign(opening.authorize_url),
  });
}
