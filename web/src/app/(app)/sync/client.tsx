"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Card } from "@/components/ui/card";
import { TableSkeleton } from "@/features/metrics/components/dashboard-skeleton";
import { IngestionPanel } from "@/features/syncs/components/ingestion-panel";
import { QuotaPanel } from "@/features/syncs/components/quota-panel";
import { RejectedReports } from "@/features/syncs/components/rejected-reports";
import { SyncTable } from "@/features/syncs/components/sync-table";
import { useSyncs } from "@/features/syncs/queries";

export function SyncClient() {
  const t = useTranslations("sync");
  const syncs = useSyncs();
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      {syncs.error ? <Problem error={syncs.error} onRetry={() => void syncs.refetch()} /> : null}
      {syncs.isPending ? (
        <Card>
          <TableSkeleton />
        </Card>
      ) : null}
      {syncs.data?.length ? (
        <Card>
          <div className="max-w-sm px-4 py-4">
            <IngestionPanel syncs={syncs.data} />
          </div>
          <div className="border-t">
            <SyncTable syncs={syncs.data} />
          </div>
        </Card>
      ) : null}
      {syncs.data?.length === 0 ? (
        <Card>
          <Empty title={t("none")} detail={t("noneDetail")} />
        </Card>
      ) : null}
      <QuotaPanel />
      <RejectedReports />
    </div>
  );
}
