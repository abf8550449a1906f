import { useMutation } from "@tanstack/react-query";
import { api, ok } from "@/lib/api";

interface ViewWish {
  user_id: string;
  reason: string;
}

/** From here on the session shows what the member sees: everything is loaded anew. */
export function useViewAs() {
  return useMutation({
    mutationFn: (body: ViewWish) => ok(api.POST("/v1/session/view-as", { body: { ...body, minutes: 30 } })),
    onSuccess: () => location.assign("/"),
  });
}

export function useStopViewing() {
  return useMutation({
    mutationFn: () => ok(api.DELETE("/v1/session/view-as")),
    onSuccess: () => location.assign("/settings/members/"),
  });
}
