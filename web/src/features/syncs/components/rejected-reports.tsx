"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Problem } from "@/components/states";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { formatDay, NO_VALUE } from "@/lib/format";
import type { RejectedReport } from "@/lib/model";
import { useRejectedReports } from "../queries";

export function RejectedReports({ names }: { names: ReadonlyMap<string, string> }) {
  const t = useTranslations("sync");
  const reports = useRejectedReports();
  return (
    <Card data-testid="rejected-reports">
      <CardHeader>
        <div>
          <CardTitle>{t("rejected")}</CardTitle>
          <p className="text-muted-foreground text-xs">{t("rejectedLead")}</p>
        </div>
      </CardHeader>
      {reports.error ? (
        <div className="p-4">
          <Problem error={reports.error} onRetry={() => void reports.refetch()} />
        </div>
      ) : !reports.data ? (
        <Skeleton className="m-4 h-12" />
      ) : reports.data.length ? (
        <ReportTable reports={reports.data} names={names} />
      ) : (
        <p className="px-4 py-6 text-[13px] text-muted-foreground">{t("rejectedNone")}</p>
      )}
    </Card>
  );
}

function ReportTable({ reports, names }: { reports: readonly RejectedReport[]; names: ReadonlyMap<string, string> }) {
  const t = useTranslations("sync");
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
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => (
            <Tr key={report.id}>
              <Td className="font-medium">{names.get(report.advertiser_id) ?? report.advertiser_id}</Td>
              <Td className="font-mono text-xs">{report.amazon_report_id ?? NO_VALUE}</Td>
              <Td className="whitespace-nowrap tabular-nums">
                {formatDay(report.start_date)} – {formatDay(report.end_date)}
              </Td>
              <Td className="min-w-60">
                <span className="block text-destructive">{report.detail}</span>
                <span className="block font-mono text-muted-foreground text-xs">{report.error_code}</span>
              </Td>
              <Td className="text-right tabular-nums">{report.attempts}</Td>
              <Td className="whitespace-nowrap text-right text-muted-foreground tabular-nums">
                <Instant at={report.updated_at} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}
