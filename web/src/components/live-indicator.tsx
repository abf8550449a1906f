"use client";

import { useTranslations } from "use-intl";
import { useLiveStatus } from "@/features/live/provider";
import { cn } from "@/lib/cn";

const DOTS = { live: "bg-success", connecting: "bg-muted-foreground", reconnecting: "bg-warning animate-pulse" };

export function LiveIndicator({ testId }: { testId?: string }) {
  const t = useTranslations("live");
  const status = useLiveStatus();
  const hint = status === "live" ? t("liveHint") : status === "reconnecting" ? t("reconnectingHint") : undefined;
  return (
    <span
      role="status"
      data-testid={testId}
      data-status={status}
      title={hint}
      className="flex items-center gap-2 px-2 text-muted-foreground text-xs"
    >
      <span aria-hidden className={cn("size-2 rounded-full", DOTS[status])} />
      {t(status)}
    </span>
  );
}
