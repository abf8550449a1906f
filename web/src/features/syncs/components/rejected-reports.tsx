"use client";

import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { useCan } from "@/features/session/queries";
import { formatDay, NO_VALUE } from "@/lib/format";
import type { RejectedLoad, RejectedReport } from "@/lib/model";
import { useRejectedLoads, useRejectedReports, useRetryLoad } from "../queries";

/** Reports that never became numbers: unreadable on arrival, or refused when loaded. */
export function RejectedReports() {
  const t = useTranslations("sync");
  const reports = useRejectedReports();
  const loads = useRejectedLoads(useCan()("report:read"));
  const broken = [reports, loads].find((query) => query.error);
  return (
    <Card data-testid="rejected-reports">
      <CardHeader>
        <div>
          <CardTitle>{t("rejected")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("rejectedLead")}</p>
        </div>
      </CardHeader>
      {broken ? (
        <div className="p-4">
          <Problem error={broken.error} onRetry={() => void broken.refetch()} />
        </div>
      ) : reports.data ? (
        <ReportTable reports={reports.data} loads={loads.data ?? []} />
      ) : (
        <Skeleton className="m-4 h-12" />
      )}
    </Card>
  );
}

function ReportTable({ reports, loads }: { reports: readonly RejectedReport[]; loads: readonly RejectedLoad[] }) {
  const t = useTranslations("sync");
  if (!reports.length && !loads.length) {
    return <p className="px-4 py-6 text-[13px] text-muted-foreground">{t("rejectedNone")}</p>;
  }
  return (
    <TableScroller label={t("rejected")}>
      <Table>
        <thead>
          <tr>
            <Th>{t("advertiser")}</Th>
            <Th>{t("report")}</Th>
            <Th>{t("days")}</Th>
            <Th>{t("cause")}</Th>
            <Th className="text-right">{t("attempts")}</Th>
            <Th className="text-right">{t("updated")}</Th>
            <Th>
              <span className="sr-only">{t("loadAgain")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => (
            <ReportRow key={report.id} report={report} stage={t("stageIngest")} />
          ))}
          {loads.map((load) => (
            <ReportRow key={load.id} report={load} stage={t("stageLoad")} retry />
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}

interface ReportRowProps {
  report: RejectedReport | RejectedLoad;
  stage: string;
  retry?: boolean;
}

function ReportRow({ report, stage, retry = false }: ReportRowProps) {
  return (
    <Tr data-report-id={report.id} data-state={report.state}>
      <Td className="font-medium">{report.advertiser_name ?? report.advertiser_id}</Td>
      <Td className="font-mono text-xs">{report.amazon_report_id ?? NO_VALUE}</Td>
      <Td className="whitespace-nowrap tabular-nums">
        {formatDay(report.start_date)} – {formatDay(report.end_date)}
      </Td>
      <Td className="min-w-60">
        <span className="block">{stage}</span>
        <span className="block text-destructive">{report.detail}</span>
        <span className="block font-mono text-muted-foreground text-xs">{report.error_code}</span>
      </Td>
      <Td className="text-right tabular-nums">{report.attempts}</Td>
      <Td className="whitespace-nowrap text-right text-muted-foreground tabular-nums">
        <Instant at={report.updated_at} />
      </Td>
      <Td className="text-right">{retry ? <LoadAgain reportId={report.id} /> : null}</Td>
    </Tr>
  );
}

function LoadAgain({ reportId }: { reportId: string }) {
  const t = useTranslations("sync");
  const can = useCan();
  const retry = useRetryLoad();
  if (!can("sync:manage")) return null;
  const run = () =>
    retry.mutate(reportId, {
      onSuccess: () => toast.success(t("loadAgainStarted")),
      onError: (error) => toast.error(error.message),
    });
  return (
    <Button
      variant="outline"
      size="sm"
      disabled={retry.isPending}
      onClick={run}
      aria-label={t("loadAgainFor", { id: reportId })}
    >
      {t("loadAgain")}
    </Button>
  );
}
