"use client";

import { RefreshCw } from "lucide-react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { useCan } from "@/features/session/queries";
import { formatInstant } from "@/lib/format";
import type { Sync } from "@/lib/model";
import { useSyncNow } from "../queries";

export const SYNC_TONES: Record<Sync["state"], Tone> = {
  waiting: "neutral",
  running: "info",
  completed: "success",
  failed: "danger",
};

interface SyncCellProps {
  advertiserId: string;
  name: string;
  sync: Sync | undefined;
}

/** State, progress and, where it failed, cause and next step of one advertiser's ingestion. */
export function SyncCell({ advertiserId, name, sync }: SyncCellProps) {
  const t = useTranslations("sync");
  return (
    <div className="flex min-w-64 items-center gap-3">
      <div className="grid min-w-0 flex-1 gap-1" data-testid="advertiser-sync" data-state={sync?.state ?? "none"}>
        {sync ? (
          <SyncState name={name} sync={sync} />
        ) : (
          <span className="text-muted-foreground">{t("notStarted")}</span>
        )}
      </div>
      <SyncNow advertiserId={advertiserId} name={name} busy={sync?.state === "running"} />
    </div>
  );
}

export function SyncState({ name, sync }: { name: string; sync: Sync }) {
  const t = useTranslations("sync");
  const active = sync.state === "running" || sync.state === "waiting";
  return (
    <>
      <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs">
        <Badge tone={SYNC_TONES[sync.state]}>{active ? t(sync.stage) : t(sync.state)}</Badge>
        <span className="text-muted-foreground tabular-nums">
          <SyncFact sync={sync} />
        </span>
      </span>
      {active ? <Progress fraction={sync.fraction} label={t("progressOf", { name })} /> : null}
      {sync.state === "failed" ? <Failure sync={sync} /> : null}
    </>
  );
}

function SyncFact({ sync }: { sync: Sync }) {
  const t = useTranslations("sync");
  const d = useTranslations("dashboard");
  if (sync.state === "completed") return sync.as_of ? d("asOf", { time: formatInstant(sync.as_of) }) : null;
  if (!sync.slices_total) return null;
  return t("slices", { done: sync.slices_done, total: sync.slices_total });
}

function Failure({ sync }: { sync: Sync }) {
  const t = useTranslations("sync");
  return (
    <span className="block text-xs">
      <span className="block text-destructive">{sync.error_detail || sync.error_code}</span>
      <span className="block text-muted-foreground">
        {sync.next_attempt_at ? t("nextAttempt", { time: formatInstant(sync.next_attempt_at) }) : t("noAttempt")}
      </span>
    </span>
  );
}

export function SyncNow({ advertiserId, name, busy }: { advertiserId: string; name: string; busy: boolean }) {
  const t = useTranslations("sync");
  const c = useTranslations("connections");
  const can = useCan();
  const start = useSyncNow();
  if (!can("sync:manage")) return null;
  const run = () =>
    start.mutate(advertiserId, {
      onSuccess: () => toast.success(t("syncStarted", { name })),
      onError: (error) => toast.error(c("failed"), { description: error.message }),
    });
  return (
    <Button
      variant="ghost"
      size="icon"
      title={t("syncNow")}
      aria-label={t("syncNowFor", { name })}
      disabled={busy || start.isPending}
      onClick={run}
    >
      <RefreshCw aria-hidden className={busy || start.isPending ? "animate-spin" : undefined} />
    </Button>
  );
}
