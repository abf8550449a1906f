"use client";

import { useTranslations } from "use-intl";
import { Badge } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import type { Sync } from "@/lib/model";
import { overallProgress } from "../progress";

/** Ingestion over several advertisers at a glance. */
export function IngestionPanel({ syncs }: { syncs: readonly Sync[] }) {
  const t = useTranslations("sync");
  const progress = overallProgress(syncs);
  const percent = Math.round(progress.fraction * 100);
  return (
    <div
      className="grid content-start gap-1.5"
      data-testid="sync-progress"
      data-fraction={progress.fraction}
      data-completed={progress.completed}
      data-total={progress.total}
    >
      <p className="flex h-5 items-center gap-2 text-muted-foreground text-xs">
        {t("title")}
        {progress.failed ? <Badge tone="danger">{t("failedCount", { count: progress.failed })}</Badge> : null}
      </p>
      {progress.total ? (
        <>
          <p className="font-semibold text-lg tabular-nums">{percent} %</p>
          <Progress
            fraction={progress.fraction}
            label={t("overall")}
            tone={progress.failed && !progress.running ? "danger" : progress.running ? "primary" : "success"}
          />
          <p className="text-muted-foreground text-xs tabular-nums">
            {t("overallText", { completed: progress.completed, total: progress.total })}
          </p>
        </>
      ) : (
        <p className="text-[13px] text-muted-foreground">{t("none")}</p>
      )}
    </div>
  );
}
