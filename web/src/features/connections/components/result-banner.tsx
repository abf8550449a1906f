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
            <ErrorText code={result.code} />
          </div>
        )}
        <button type="button" aria-label={t("dismiss")} onClick={onDismiss} className="rounded-sm p-1 hover:bg-accent">
          <X aria-hidden className="size-4" />
        </button>
      </div>
    </Alert>
  );
}

function ErrorText({ code }: { code: string }) {
  const t = useTranslations("connections");
  if (code.includes("access_denied") || code.includes("declined")) return <p>{t("errorAccessDenied")}</p>;
  if (code.includes("state")) return <p>{t("errorState")}</p>;
  return <p>{t("errorOther", { code: code.slice(0, 80) })}</p>;
}
