"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { AccountTable, InstanceTable } from "@/features/amc/components/amc-tables";
import { DiscoveryNotice } from "@/features/amc/components/discovery-notice";
import { useAmcAccounts, useAmcInstances } from "@/features/amc/queries";
import { TableSkeleton } from "@/features/metrics/components/dashboard-skeleton";

export function AmcClient() {
  const t = useTranslations("amc");
  const instances = useAmcInstances();
  const accounts = useAmcAccounts();
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      <DiscoveryNotice />
      <Panel title={t("instances")} query={instances} empty={<Empty title={t("none")} detail={t("noneDetail")} />}>
        <InstanceTable instances={instances.data ?? []} />
      </Panel>
      <Panel title={t("accounts")} query={accounts} empty={<Empty title={t("noAccounts")} detail={t("noneDetail")} />}>
        <AccountTable accounts={accounts.data ?? []} />
      </Panel>
    </div>
  );
}

interface PanelProps {
  title: string;
  query: { data?: readonly unknown[]; error: Error | null; refetch: () => unknown };
  empty: ReactNode;
  children: ReactNode;
}

function Panel({ title, query, empty, children }: PanelProps) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
      </CardHeader>
      {query.error ? (
        <div className="p-4">
          <Problem error={query.error} onRetry={() => query.refetch()} />
        </div>
      ) : !query.data ? (
        <TableSkeleton rows={3} />
      ) : query.data.length ? (
        children
      ) : (
        empty
      )}
    </Card>
  );
}
