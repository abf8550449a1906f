"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { useConnections } from "@/features/connections/queries";
import { useCan } from "@/features/session/queries";
import { serverNow } from "@/lib/clock";
import { Link } from "@/lib/router";
import { textIn } from "../catalogue";
import { localDay, previousRange, rangeOf } from "../periods";
import { useCatalogue, useFreshness, useMetrics } from "../queries";
import { dailyRequest, namesRequest, tableRequest } from "../request";
import { brandChoices, currencyScope, gapsShown } from "../scope";
import type { DashboardState } from "../state";
import { CampaignTable } from "./campaign-table";
import { DailyChart } from "./daily-chart";
import { GapNotice } from "./gap-notice";
import { IngestionNotice } from "./ingestion-notice";
import { KpiGrid } from "./kpi-grid";
import { Toolbar } from "./toolbar";

interface DashboardProps {
  state: DashboardState;
  onChange: (change: Partial<DashboardState>, how?: "push" | "replace") => void;
}

export function Dashboard(props: DashboardProps) {
  const t = useTranslations("dashboard");
  const connections = useConnections(useCan()("connection:read"));
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} />
      {connections.data?.length === 0 ? <NoConnection /> : <Numbers {...props} />}
    </div>
  );
}

function NoConnection() {
  const t = useTranslations("dashboard");
  return (
    <Card>
      <Empty
        title={t("noConnection")}
        detail={t("noConnectionDetail")}
        action={
          <Button asChild>
            <Link href="/connections/">{t("connect")}</Link>
          </Button>
        }
      />
    </Card>
  );
}

/** The queries of the page: days (tiles and chart), the days before (comparison), the table. */
function useNumbers(state: DashboardState) {
  const today = localDay(serverNow());
  const range = rangeOf(state.period, today);
  const earlier = previousRange(range, today);
  const daily = useMetrics(dailyRequest(state, range));
  const before = useMetrics(earlier && dailyRequest(state, earlier));
  const freshness = useFreshness(range).data ?? [];
  const money = currencyScope(daily.data, state.currency);
  const currency = money.currencies.length > 1 ? money.shown : null;
  const request = daily.data && !daily.isPlaceholderData ? tableRequest(state, range, currency) : null;
  const table = useMetrics(request);
  return { today, range, earlier, daily, before, freshness, money, request, table };
}

function Numbers({ state, onChange }: DashboardProps) {
  const numbers = useNumbers(state);
  const { range, today, daily, freshness, money } = numbers;
  const named = useMetrics(namesRequest(state, range)).data?.rows[0];
  return (
    <>
      <Toolbar
        state={state}
        range={range}
        today={today}
        freshness={freshness}
        money={money}
        names={{ order: textIn(named, "order_name"), lineItem: textIn(named, "line_item_name") }}
        onChange={onChange}
      />
      <IngestionNotice />
      {daily.error ? <Problem error={daily.error} onRetry={() => void daily.refetch()} /> : null}
      {daily.error && !daily.data ? null : <Figures {...numbers} state={state} onChange={onChange} />}
    </>
  );
}

function Figures(props: DashboardProps & ReturnType<typeof useNumbers>) {
  const { state, range, earlier, daily, before, freshness, money, onChange } = props;
  const gaps = gapsShown(daily.data?.gaps ?? [], freshness, money.shown);
  const catalogue = useCatalogue();
  const [bars, line] = state.chart;
  return (
    <>
      <GapNotice gaps={gaps} />
      <KpiGrid
        totals={money.totals}
        currency={money.shown}
        before={earlier && before.data ? { totals: before.data.totals, range: earlier } : null}
        catalogue={catalogue.data}
        chart={[bars, line]}
        loading={daily.isPending}
        onChart={(metric) => onChange({ chart: [metric, line === metric ? null : line] })}
      />
      <DailyChart
        result={daily.data}
        gaps={gaps}
        currency={money.shown}
        range={range}
        chart={state.chart}
        onChart={(chart) => onChange({ chart })}
      />
      <Breakdown {...props} />
    </>
  );
}

function Breakdown({ state, request, table, money, freshness, onChange }: Parameters<typeof Figures>[0]) {
  const brands = brandChoices(freshness).filter((brand) => state.brands.includes(brand.id));
  return (
    <CampaignTable
      state={state}
      request={request}
      result={table.data}
      error={table.error}
      stale={table.isPlaceholderData}
      currency={money.shown}
      scope={brands.map((brand) => brand.name)}
      onRetry={() => void table.refetch()}
      onChange={onChange}
    />
  );
}
