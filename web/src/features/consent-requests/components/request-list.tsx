"use client";

import { Link2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { ConsentError } from "@/features/connections/components/result-banner";
import { formatInstant } from "@/lib/format";
import type { ConsentRequest } from "@/lib/model";
import { useConsentRequests, useResendRequest, useRevokeRequest } from "../queries";
import { CopyLink } from "./copy-link";
import { RequestDialog } from "./request-dialog";

const TONES: Record<ConsentRequest["state"], Tone> = {
  open: "info",
  consenting: "warning",
  completed: "success",
  expired: "neutral",
  revoked: "neutral",
};

/** Magic links that were sent, and what became of them. */
export function RequestList() {
  const t = useTranslations("consent");
  const requests = useConsentRequests();
  const [asking, setAsking] = useState(false);
  return (
    <Card data-testid="consent-requests" aria-labelledby="consent-requests-title">
      <CardHeader>
        <div className="min-w-0">
          <CardTitle id="consent-requests-title">{t("title")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("lead")}</p>
        </div>
        <Button variant="outline" data-testid="ask-for-consent" onClick={() => setAsking(true)}>
          <Link2 aria-hidden />
          {t("ask")}
        </Button>
      </CardHeader>
      {requests.error ? (
        <div className="p-4">
          <Problem error={requests.error} onRetry={() => void requests.refetch()} />
        </div>
      ) : null}
      {requests.data?.length ? (
        <ul className="divide-y">
          {requests.data.map((request) => (
            <RequestRow key={request.id} request={request} />
          ))}
        </ul>
      ) : null}
      {asking ? <RequestDialog onClose={() => setAsking(false)} /> : null}
    </Card>
  );
}

function RequestRow({ request }: { request: ConsentRequest }) {
  const t = useTranslations("consent");
  const regions = useTranslations("connections");
  const name =
    request.reauthorizes && request.connection_label
      ? t("renews", { name: request.connection_label })
      : (request.label ?? request.recipient_email ?? t("newIn", { region: regions(request.region) }));
  return (
    <li
      className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3 text-[13px]"
      data-testid="consent-request"
      data-state={request.state}
    >
      <div className="min-w-0 space-y-0.5">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{name}</span>
          <Badge tone={TONES[request.state]}>{t(request.state)}</Badge>
        </p>
        <Facts request={request} />
      </div>
      {request.link ? <Actions request={request} name={name} /> : null}
    </li>
  );
}

function Facts({ request }: { request: ConsentRequest }) {
  const t = useTranslations("consent");
  const open = request.state === "open";
  const parts = [
    t("by", { requester: request.requester, time: formatInstant(request.created_at) }),
    request.recipient_email,
    open && request.opened_at ? t("opened", { time: formatInstant(request.opened_at) }) : null,
    open ? `${t("until")} ${formatInstant(request.expires_at)}` : null,
  ];
  return (
    <>
      <p className="text-muted-foreground text-xs">{parts.filter(Boolean).join(" · ")}</p>
      {request.error_code && request.state !== "completed" ? (
        <div className="text-destructive text-xs">
          <ConsentError code={request.error_code} />
        </div>
      ) : null}
    </>
  );
}

function Actions({ request, name }: { request: ConsentRequest; name: string }) {
  const t = useTranslations("consent");
  const resend = useResendRequest();
  const revoke = useRevokeRequest();
  const told = (text: string) => ({
    onSuccess: () => toast.success(text),
    onError: (error: Error) => toast.error(t("failed"), { description: error.message }),
  });
  return (
    <div className="flex flex-wrap gap-2">
      <CopyLink link={request.link ?? ""} name={name} />
      {request.recipient_email && request.state === "open" ? (
        <Button
          variant="outline"
          size="sm"
          aria-label={t("resendOf", { name })}
          disabled={resend.isPending}
          onClick={() => resend.mutate(request.id, told(t("resent")))}
        >
          {t("resend")}
        </Button>
      ) : null}
      <Button
        variant="outline"
        size="sm"
        aria-label={t("revokeOf", { name })}
        disabled={revoke.isPending}
        onClick={() => revoke.mutate(request.id, told(t("revokedToast")))}
      >
        {t("revoke")}
      </Button>
    </div>
  );
}
