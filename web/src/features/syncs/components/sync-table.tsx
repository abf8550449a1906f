"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { formatDay, NO_VALUE } from "@/lib/format";
import type { Sync } from "@/lib/model";
import { SyncNow, SyncState } from "./sync-cell";

/** Failed first, then what is under way: what needs eyes is on top. */
const ORDER: Record<Sync["state"], number> = { failed: 0, running: 1, waiting: 2, completed: 3 };

export function SyncTable({ syncs }: { syncs: readonly Sync[] }) {
  const t = useTranslations("sync");
  const sorted = [...syncs].sort(
    (a, b) => ORDER[a.state] - ORDER[b.state] || a.advertiser_name.localeCompare(b.advertiser_name),
  );
  return (
    <TableScroller label={t("title")}>
      <Table>
        <thead>
          <tr>
            <Th>{t("advertiser")}</Th>
            <Th className="w-96">{t("state")}</Th>
            <Th>{t("days")}</Th>
            <Th className="text-right">{t("asOf")}</Th>
            <Th>
              <span className="sr-only">{t("syncNow")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((sync) => (
            <SyncRow key={sync.advertiser_id} sync={sync} />
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}

function SyncRow({ sync }: { sync: Sync }) {
  const t = useTranslations("sync");
  const number = new Intl.NumberFormat();
  return (
    <Tr data-advertiser-id={sync.advertiser_id}>
      <th scope="row" className="min-w-44 pr-2.5 pl-4 py-1.5 text-left font-medium">
        {sync.advertiser_name}
      </th>
      <Td>
        <div className="grid min-w-56 gap-1">
          <SyncState name={sync.advertiser_name} sync={sync} />
        </div>
      </Td>
      <Td className="whitespace-nowrap tabular-nums">
        <span className="block">
          {formatDay(sync.start_date)} – {formatDay(sync.end_date)}
        </span>
        {sync.rows === null ? null : (
          <span className="block text-muted-foreground text-xs">{t("rows", { rows: number.format(sync.rows) })}</span>
        )}
      </Td>
      <Td className="whitespace-nowrap text-right text-muted-foreground tabular-nums">
        {sync.as_of ? <Instant at={sync.as_of} /> : NO_VALUE}
      </Td>
      <Td className="w-10">
        <SyncNow advertiserId={sync.advertiser_id} name={sync.advertiser_name} busy={sync.state === "running"} />
      </Td>
    </Tr>
  );
}
