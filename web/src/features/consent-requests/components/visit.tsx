"use client";

import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { ConsentOffer } from "@/lib/model";
import { asApiError } from "@/lib/problem";
import { useOffer, useOpenLink } from "../queries";
import type { Visit as Arrival } from "../visit";
import { Offer } from "./offer";

interface VisitProps {
  visit: Arrival;
  /** Of the link that this tab came by; null when it is not known. */
  token: string | null;
}

/** One page for whoever follows a link: what is asked, and after Amazon what came of it. */
export function Visit({ visit, token }: VisitProps) {
  const t = useTranslations("consent");
  const offer = useOffer(token);
  if (visit.done)
    return (
      <Told
        kind="done"
        title={t("doneTitle")}
        lead={offer.data ? t("doneFor", { organization: offer.data.organization_name }) : t("doneLead")}
      />
    );
  if (visit.error) return <Failed code={visit.error} token={token} state={offer.data?.state} />;
  if (!token) return <Told kind="invalid" title={t("invalidTitle")} lead={t("invalidLead")} />;
  if (offer.isPending) return <Skeleton className="h-72 w-full rounded-md" />;
  if (offer.error) return <Unreadable error={offer.error} onRetry={() => void offer.refetch()} />;
  return <Asked offer={offer.data} token={token} />;
}

function Unreadable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTranslations("consent");
  if ([404, 422].includes(asApiError(error).status))
    return <Told kind="invalid" title={t("invalidTitle")} lead={t("invalidLead")} />;
  return <Problem error={error} onRetry={onRetry} />;
}

function Asked({ offer, token }: { offer: ConsentOffer; token: string }) {
  const t = useTranslations("consent");
  switch (offer.state) {
    case "open":
      return <Offer offer={offer} token={token} />;
    case "consenting":
      return offer.error_code === "replacement_held" ? (
        <Told kind="held" title={t("heldTitle")} lead={t("heldLead")} />
      ) : (
        <Told kind="working" title={t("workingTitle")} lead={t("workingLead")} />
      );
    case "completed":
      return <Told kind="over" title={t("overTitle")} lead={t("completedLead")} />;
    default:
      return (
        <Told
          kind="over"
          title={offer.state === "expired" ? t("expiredTitle") : t("revokedTitle")}
          lead={t("overLead")}
        />
      );
  }
}

const BROWSER = ["state_invalid", "state_expired", "session_mismatch"];
const CARRIED = ["amazon_unavailable", "token_service_unavailable", "interrupted"];

const LEADS: Readonly<Record<string, "errorDenied" | "errorInterrupted">> = {
  access_denied: "errorDenied",
  interrupted: "errorInterrupted",
};

interface FailedProps {
  code: string;
  token: string | null;
  /** Of the link by now, where it is known: a consent that was late may have arrived. */
  state: ConsentOffer["state"] | undefined;
}

function Failed({ code, token, state }: FailedProps) {
  const t = useTranslations("consent");
  const open = useOpenLink();
  if (code === "replacement_held") return <Told kind="held" title={t("heldTitle")} lead={t("heldLead")} />;
  // Whether an answer that nobody took in is carried on, only the link can tell.
  const carried = CARRIED.includes(code) && (code !== "interrupted" || token !== null);
  if (carried && state === "completed") return <Told kind="done" title={t("doneTitle")} lead={t("doneLead")} />;
  if (carried && state !== "open") return <Told kind="working" title={t("workingTitle")} lead={t("workingLead")} />;
  if (code === "link_used") return <Told kind="over" title={t("overTitle")} lead={t("completedLead")} />;
  if (["link_invalid", "connection_ended"].includes(code))
    return <Told kind="over" title={t("revokedTitle")} lead={t("overLead")} />;
  const lead = BROWSER.includes(code) ? "errorBrowser" : (LEADS[code] ?? "errorOther");
  return (
    <div className="grid gap-4">
      <Told kind="failed" title={t("errorTitle")} lead={t(lead)} />
      {open.error ? <Problem error={open.error} /> : null}
      {token ? (
        <Button size="lg" disabled={open.isPending || open.isSuccess} onClick={() => open.mutate(token)}>
          {open.isPending || open.isSuccess ? t("leaving") : t("tryAgain")}
        </Button>
      ) : (
        <p className="text-[13px]">{t("reopen")}</p>
      )}
    </div>
  );
}

interface ToldProps {
  kind: "done" | "working" | "held" | "over" | "invalid" | "failed";
  title: string;
  lead: string;
}

function Told({ kind, title, lead }: ToldProps) {
  return (
    <div role={kind === "failed" ? "alert" : "status"} data-testid="visit-outcome" data-kind={kind}>
      <h1 className="font-semibold text-lg">{title}</h1>
      <p className="mt-2 text-[13px] text-muted-foreground">{lead}</p>
    </div>
  );
}
