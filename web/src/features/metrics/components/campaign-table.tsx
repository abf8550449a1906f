"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Empty, Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardHeader } from "@/components/ui/card";
import { Segmented } from "@/components/ui/segmented";
import { Table, TableScroller } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import type { MetricsQuery, MetricsResult } from "@/lib/model";
import { textIn } from "../catalogue";
import { type DashboardState, defaultSort, drillInto, LEVELS, type Level } from "../state";
import { DashboardRow, TotalRow } from "./campaign-row";
import { TableSkeleton } from "./dashboard-skeleton";
import { DownloadCsv } from "./download-csv";
import { TableHead } from "./table-head";

const PAGE_ROWS = 100;

interface CampaignTableProps {
  state: DashboardState;
  request: MetricsQuery | null;
  result: MetricsResult | undefined;
  error: Error | null;
  stale: boolean;
  currency: string;
  /** Names of chosen brands, for the file's name. */
  scope: readonly string[];
  onRetry: () => void;
  onChange: (change: Partial<DashboardState>, how?: "push" | "replace") => void;
}

export function CampaignTable(props: CampaignTableProps) {
  const { state, request, result, error, scope, onRetry, onChange } = props;
  const t = useTranslations("table");
  return (
    <Card data-testid="campaign-table" data-level={state.level}>
      <CardHeader>
        <Segmented<Level>
          label={t("level")}
          value={state.level}
          options={LEVELS.map((level) => ({ value: level, label: t(level) }))}
          onChange={(level) => onChange({ level, sort: defaultSort(level) })}
        />
        <DownloadCsv level={t(state.level)} request={request} scope={scope} empty={!result?.rows.length} />
      </CardHeader>
      {error ? (
        <div className="p-4">
          <Problem error={error} onRetry={onRetry} />
        </div>
      ) : result ? (
        <Rows {...props} result={result} />
      ) : (
        <TableSkeleton />
      )}
    </Card>
  );
}

function Rows({ state, result, stale, currency, onChange }: CampaignTableProps & { result: MetricsResult }) {
  const t = useTranslations("table");
  const d = useTranslations("dashboard");
  const [limit, setLimit] = useState(PAGE_ROWS);
  if (!result.rows.length) return <Empty title={d("empty")} detail={d("emptyDetail")} />;
  const shown = result.rows.slice(0, limit);
  const total = result.totals.find((row) => row.currency === currency);
  const drill = (id: string) => {
    const next = drillInto(state, id);
    if (next) onChange(next, "push");
  };
  return (
    <>
      <TableScroller label={t("label")} className={cn("max-h-[44rem]", stale && "opacity-60")}>
        <Table aria-rowcount={result.row_count + 2} aria-busy={stale}>
          <TableHead state={state} onSort={(sort) => onChange({ sort })} />
          <tbody>
            {total ? <TotalRow row={total} currency={currency} /> : null}
            {shown.map((row) => (
              <DashboardRow key={rowKey(row, state.level)} row={row} level={state.level} onDrill={drill} />
            ))}
          </tbody>
        </Table>
      </TableScroller>
      {result.truncated ? (
        <div className="border-t p-3">
          <Alert tone="warning">{t("truncated", { count: result.rows.length })}</Alert>
        </div>
      ) : null}
      <More shown={shown.length} total={result.rows.length} onMore={() => setLimit(limit + PAGE_ROWS)} />
    </>
  );
}

const rowKey = (row: MetricsResult["rows"][number], level: Level): string =>
  ["brand_id", "advertiser_id", "order_id", "line_item_id", "creative_id", "date", "currency"]
    .map((field) => textIn(row, field))
    .join("|") + level;

function More({ shown, total, onMore }: { shown: number; total: number; onMore: () => void }) {
  const t = useTranslations("table");
  const left = total - shown;
  return (
    <div className="flex items-center justify-between gap-4 border-t px-4 py-2 text-muted-foreground text-xs tabular-nums">
      <span data-testid="row-count" data-rows={total}>
        {t("rows", { shown, total })}
      </span>
      {left > 0 ? (
        <Button variant="outline" size="sm" onClick={onMore}>
          {t("showMore", { count: Math.min(PAGE_ROWS, left) })}
        </Button>
      ) : null}
    </div>
  );
}
