"use client";

import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { formatInstant } from "@/lib/format";
import { useAmcDiscoveries } from "../queries";

/** Why accounts or instances may be missing from the lists. */
export function DiscoveryNotice() {
  const t = useTranslations("amc");
  const discoveries = useAmcDiscoveries().data ?? [];
  const failed = discoveries.filter((discovery) => discovery.state === "failed");
  const looking = discoveries.some((discovery) => ["pending", "running"].includes(discovery.state));
  return (
    <>
      {looking ? (
        <Alert tone="info" role="status">
          {t("looking")}
        </Alert>
      ) : null}
      {failed.map((discovery) => (
        <Alert key={discovery.connection_id} tone="danger" role="alert">
          <p>{t("failed", { detail: discovery.error_detail || discovery.error_code || "" })}</p>
          <p className="text-muted-foreground">
            {t("nextAttempt", { time: formatInstant(discovery.next_attempt_at) })}
          </p>
        </Alert>
      ))}
    </>
  );
}
