"use client";

import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Table, TableScroller, Th } from "@/components/ui/table";
import { TableSkeleton } from "@/features/metrics/components/dashboard-skeleton";
import type { Entity } from "@/lib/model";
import { useEntities, useListings } from "../queries";
import { type CampaignsState, drill, isFiltered, type Kind } from "../state";
import { useWindow } from "../use-window";
import type { BrowserProps } from "./browser";
import { EntityRow, ROW_HEIGHT } from "./entity-row";

interface EntityListProps extends BrowserProps {
  kind: Kind;
}

export function EntityList({ kind, state, onChange }: EntityListProps) {
  const entities = useEntities(state, kind);
  if (entities.error)
    return (
      <div className="p-4">
        <Problem error={entities.error} onRetry={() => void entities.refetch()} />
      </div>
    );
  if (!entities.data) return <TableSkeleton />;
  const items = entities.data.pages.flatMap((page): Entity[] => page.items);
  if (!items.length) return <Nothing state={state} />;
  return (
    <>
      <Rows
        key={JSON.stringify({ ...state, open: null })}
        kind={kind}
        state={state}
        onChange={onChange}
        items={items}
      />
      <More
        count={items.length}
        busy={entities.isFetchingNextPage}
        onMore={entities.hasNextPage ? () => void entities.fetchNextPage() : null}
      />
    </>
  );
}

function Nothing({ state }: { state: CampaignsState }) {
  const t = useTranslations("campaigns");
  const listings = useListings().data;
  if (isFiltered(state)) return <Empty title={t("noneFound")} detail={t("noneFoundDetail")} />;
  const waiting = listings?.some((listing) => !listing.listed_at);
  return <Empty title={t(waiting ? "listing" : "none")} detail={t(waiting ? "listingDetail" : "noneDetail")} />;
}

function Rows({ kind, state, onChange, items }: EntityListProps & { items: readonly Entity[] }) {
  const t = useTranslations("campaigns");
  const shown = useWindow(items.length, ROW_HEIGHT);
  return (
    <TableScroller label={t(`views.${kind}`)} className="max-h-[44rem]" onScroll={shown.onScroll}>
      <Table aria-rowcount={items.length + 1}>
        <Head kind={kind} />
        <tbody>
          <Blank height={shown.before} />
          {items.slice(shown.start, shown.end).map((item, at) => (
            <EntityRow
              key={`${item.advertiser_id} ${item.id}`}
              index={shown.start + at + 2}
              kind={kind}
              entity={item}
              onDrill={() => onChange(drill(state, kind, item.id), "push")}
              onOpen={() => onChange({ ...state, open: { kind, id: item.id } }, "push")}
            />
          ))}
          <Blank height={shown.after} />
        </tbody>
      </Table>
    </TableScroller>
  );
}

function Head({ kind }: { kind: Kind }) {
  const t = useTranslations("campaigns");
  return (
    <thead className="sticky top-0 z-[2] bg-card">
      <tr>
        <Th>{t("name")}</Th>
        <Th className="pr-0">
          <span className="sr-only">{t("history")}</span>
        </Th>
        <Th>{t("state")}</Th>
        {kind === "ad" ? (
          <>
            <Th>{t("type")}</Th>
            <Th className="text-right">{t("shownIn")}</Th>
          </>
        ) : (
          <>
            <Th>{t("flight")}</Th>
            <Th className="text-right">{t("budget")}</Th>
            <Th className="text-right">{t(kind === "campaign" ? "views.ad_group" : "bid")}</Th>
          </>
        )}
        <Th>{t("changed")}</Th>
      </tr>
    </thead>
  );
}

function Blank({ height }: { height: number }) {
  return height > 0 ? (
    <tr aria-hidden style={{ height }}>
      <td />
    </tr>
  ) : null;
}

function More({ count, busy, onMore }: { count: number; busy: boolean; onMore: (() => void) | null }) {
  const t = useTranslations("campaigns");
  return (
    <div className="flex items-center justify-between gap-4 border-t px-4 py-2 text-muted-foreground text-xs tabular-nums">
      <span data-testid="entity-count" data-rows={count}>
        {t("count", { count })}
      </span>
      {onMore ? (
        <Button variant="outline" size="sm" disabled={busy} onClick={onMore}>
          {t("more")}
        </Button>
      ) : null}
    </div>
  );
}
