"use client";

import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import type { Connection } from "@/lib/model";
import { lastTrip } from "../trip";

/** What came of the trip to Amazon, from the address the browser came back to. */
export interface ConnectResult {
  /** The connection it was about; null where the answer could not be told to belong to one. */
  connectionId: string | null;
  code: string | null;
  /** Where the answer met nobody: when the consent before was given, which is no news. */
  consentedBefore?: string | null;
}

/** Nobody was there to take Amazon's answer in, so that the address does not say what it was about. */
const INTERRUPTED = "interrupted";

export function connectResult(params: URLSearchParams): ConnectResult | null {
  const code = params.get("error");
  const connected = params.get("connected");
  if (!code && !connected) return null;
  const trip = code === INTERRUPTED ? lastTrip() : null;
  return trip ? { code, ...trip } : { connectionId: connected ?? params.get("connection"), code };
}

export type Told = { kind: "connected" | "working" | "held" } | { kind: "failed"; code: string };

/** What is true by now: a consent may arrive, or fail, after the browser came back. */
export function outcome(result: ConnectResult, connection: Connection | undefined): Told {
  if (connection?.replacement) return { kind: "held" };
  if (connection?.handing_over) return { kind: "working" };
  if (connection?.error_code) return { kind: "failed", code: connection.error_code };
  if (result.code && !(connection?.status === "active" && isNews(result, connection)))
    return { kind: "failed", code: result.code };
  return { kind: "connected" };
}

const isNews = (result: ConnectResult, connection: Connection): boolean =>
  result.code !== INTERRUPTED || connection.consented_at !== result.consentedBefore;

const TONES = { connected: "success", working: "info", held: "warning", failed: "danger" } as const;

interface ResultBannerProps {
  result: ConnectResult | null;
  connections: readonly Connection[] | undefined;
  onDismiss: () => void;
}

export function ResultBanner({ result, connections, onDismiss }: ResultBannerProps) {
  const t = useTranslations("connections");
  // What nobody took in may still be carried on: only the connection knows.
  if (!result || (result.code === INTERRUPTED && !connections)) return null;
  const told = outcome(
    result,
    connections?.find((one) => one.id === result.connectionId),
  );
  return (
    <Alert
      tone={TONES[told.kind]}
      role={told.kind === "failed" ? "alert" : "status"}
      data-testid="connect-result"
      data-outcome={told.kind}
    >
      <div className="flex items-start justify-between gap-4">
        <Telling told={told} />
        <button type="button" aria-label={t("dismiss")} onClick={onDismiss} className="rounded-sm p-1 hover:bg-accent">
          <X aria-hidden className="size-4" />
        </button>
      </div>
    </Alert>
  );
}

function Telling({ told }: { told: Told }) {
  const t = useTranslations("connections");
  if (told.kind === "held") return <p>{t("heldBanner")}</p>;
  if (told.kind !== "failed") return <p>{t(told.kind)}</p>;
  return (
    <div>
      <p className="font-medium">{t("connectFailed")}</p>
      <ConsentError code={told.code} />
    </div>
  );
}

const CAUSES = {
  access_denied: "errorAccessDenied",
  state_invalid: "errorState",
  state_expired: "errorState",
  session_mismatch: "errorState",
  code_rejected: "errorCode",
  token_service_unavailable: "errorUnavailable",
  amazon_unavailable: "errorUnavailable",
  interrupted: "errorInterrupted",
  connection_ended: "errorEnded",
  replacement_declined: "errorDeclined",
} as const;

export function ConsentError({ code }: { code: string }) {
  const t = useTranslations("connections");
  const cause = Object.hasOwn(CAUSES, code) ? CAUSES[code as keyof typeof CAUSES] : null;
  return <p>{cause ? t(cause) : t("errorOther", { code: code.slice(0, 80) })}</p>;
}
