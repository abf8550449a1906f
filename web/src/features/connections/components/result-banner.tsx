"use client";

import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";

/** What came of the trip to Amazon, from the address the browser came back to. */
export type ConnectResult = { connected: true } | { connected: false; code: string } | null;

export function connectResult(params: URLSearchParams): ConnectResult {
  const code = params.get("error");
  if (code) return { connected: false, code };
  return params.get("connected") ? { connected: true } : null;
}

export function ResultBanner({ result, onDismiss }: { result: ConnectResult; onDismiss: () => void }) {
  const t = useTranslations("connections");
  if (!result) return null;
  return (
    <Alert
      tone={result.connected ? "success" : "danger"}
      role={result.connected ? "status" : "alert"}
      data-testid="connect-result"
    >
      <div className="flex items-start justify-between gap-4">
        {result.connected ? (
          <p>{t("connected")}</p>
        ) : (
          <div>
            <p className="font-medium">{t("connectFailed")}</p>
            <ConsentError code={result.code} />
          </div>
        )}
        <button type="button" aria-label={t("dismiss")} onClick={onDismiss} className="rounded-sm p-1 hover:bg-accent">
          <X aria-hidden className="size-4" />
        </button>
      </div>
    </Alert>
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
} as const;

export function ConsentError({ code }: { code: string }) {
  const t = useTranslations("connections");
  const cause = Object.hasOwn(CAUSES, code) ? CAUSES[code as keyof typeof CAUSES] : null;
  return <p>{cause ? t(cause) : t("errorOther", { code: code.slice(0, 80) })}</p>;
}
