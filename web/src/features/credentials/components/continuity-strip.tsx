"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import type { Continuity } from "@/lib/model";
import { useContinuity, useFreshAfterClockJump } from "../queries";
import { share } from "../share";

const WINDOWS = ["24", "168", "720"] as const;
type Window = (typeof WINDOWS)[number];
const COUNTS = ["due", "done", "late", "failed"] as const;

/** The measured 100 %: refreshes due, done, late and failed, for the whole organization. */
export function ContinuityStrip() {
  const t = useTranslations("credential");
  const [window, setWindow] = useState<Window>("24");
  const continuity = useContinuity(Number(window));
  useFreshAfterClockJump();
  if (continuity.error) return <Problem error={continuity.error} onRetry={() => void continuity.refetch()} />;
  return (
    <Card
      data-testid="continuity"
      data-window-hours={continuity.data?.window_hours}
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3"
    >
      <div className="flex flex-wrap items-baseline gap-x-5 gap-y-1">
        <h2 className="text-muted-foreground text-xs">{t("continuity")}</h2>
        {continuity.data ? <Counts continuity={continuity.data} /> : <Skeleton className="h-5 w-56" />}
      </div>
      <Segmented
        label={t("window")}
        value={window}
        options={WINDOWS.map((value) => ({ value, label: t(`window${value}`) }))}
        onChange={setWindow}
        data-testid="continuity-window"
      />
    </Card>
  );
}

function Counts({ continuity }: { continuity: Continuity }) {
  const t = useTranslations("credential");
  if (!continuity.due) return <p className="text-muted-foreground text-sm">{t("nothingDue")}</p>;
  return (
    <dl className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-sm">
      {COUNTS.map((name) => (
        <div key={name} className="flex items-baseline gap-1.5" title={t(`${name}Means`)}>
          <dt className="text-muted-foreground">{t(name)}</dt>
          <dd
            data-testid={`continuity-${name}`}
            className={cn(
              "font-medium tabular-nums",
              (name === "late" || name === "failed") && continuity[name] > 0 && "text-warning",
            )}
          >
            {continuity[name].toLocaleString("en")}
          </dd>
        </div>
      ))}
      <div className="flex items-baseline gap-1.5">
        <dt className="sr-only">{t("share")}</dt>
        <dd data-testid="continuity-share" className="font-semibold tabular-nums">
          {share(continuity)}
        </dd>
      </div>
    </dl>
  );
}
