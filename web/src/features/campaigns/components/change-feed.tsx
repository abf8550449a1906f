"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Empty, Problem } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { TableSkeleton } from "@/features/metrics/components/dashboard-skeleton";
import type { EntityChange } from "@/lib/model";
import { useChanges } from "../queries";
import { ChangeLines } from "./change-lines";
import type { PartProps } from "./filters";
import { TONES } from "./timeline";

/** What changed, the newest first. */
export function ChangeFeed({ state, onChange }: PartProps) {
  const t = useTranslations("campaigns");
  const changes = useChanges(state);
  if (changes.error)
    return (
      <div className="p-4">
        <Problem error={changes.error} onRetry={() => void changes.refetch()} />
      </div>
    );
  if (!changes.data) return <TableSkeleton />;
  const items = changes.data.pages.flatMap((page) => page.items);
  if (!items.length) return <Empty title={t("noChanges")} detail={t("noChangesDetail")} />;
  return (
    <>
      <ol data-testid="change-feed">
        {items.map((change) => (
          <Entry key={change.id} change={change} onChange={onChange} />
        ))}
      </ol>
      {changes.hasNextPage ? (
        <div className="border-t p-3 text-center">
          <Button variant="outline" disabled={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Entry({ change, onChange }: { change: EntityChange; onChange: PartProps["onChange"] }) {
  const t = useTranslations("campaigns");
  const { kind } = change;
  const own =
    kind === "ad_association" ? { kind: "ad" as const, id: change.ad_id ?? "" } : { kind, id: change.entity_id };
  return (
    <li
      className="grid gap-x-4 gap-y-1 border-t px-4 py-2.5 text-[13px] sm:grid-cols-[9rem_minmax(0,1fr)]"
      data-kind={kind}
    >
      <div className="flex flex-wrap items-baseline gap-2 sm:flex-col sm:gap-1">
        <Instant at={change.valid_from} className="text-muted-foreground tabular-nums" />
        <Badge tone={TONES[change.change]}>{t(`change.${change.change}`)}</Badge>
      </div>
      <div className="min-w-0 space-y-0.5">
        <button
          type="button"
          onClick={() => onChange({ open: own }, "push")}
          className="max-w-full truncate text-left font-medium hover:text-primary hover:underline"
        >
          {change.name || own.id}
        </button>
        <p className="truncate text-muted-foreground text-xs">
          {t(`one.${kind}`)} · {change.advertiser_name}
        </p>
        <ChangeLines changes={change.changes} currency={change.currency} />
      </div>
    </li>
  );
}
