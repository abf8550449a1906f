"use client";

import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert";
import { Progress } from "@/components/ui/progress";
import { useCan } from "@/features/session/queries";
import { overallProgress } from "@/features/syncs/progress";
import { useSyncs } from "@/features/syncs/queries";
import { Link } from "@/lib/router";

/** Says on the dashboard that numbers are still arriving, or that some could not. */
export function IngestionNotice() {
  const t = useTranslations("dashboard");
  const sync = useTranslations("sync");
  const syncs = useSyncs(useCan()("sync:read"));
  const progress = overallProgress(syncs.data ?? []);
  if (!progress.running && !progress.failed) return null;
  const percent = new Intl.NumberFormat(undefined, { style: "percent" }).format(progress.fraction);
  return (
    <Alert tone={progress.failed ? "warning" : "info"} role="status">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p>
          {progress.running ? t("ingesting", { percent, running: progress.running }) : null}{" "}
          {progress.failed ? t("ingestingFailed", { failed: progress.failed }) : null}{" "}
          <Link href="/sync/" className="font-medium text-primary underline underline-offset-2">
            {t("ingestionLink")}
          </Link>
        </p>
        {progress.running ? (
          <Progress fraction={progress.fraction} label={sync("overall")} className="max-w-56" />
        ) : null}
      </div>
    </Alert>
  );
}
