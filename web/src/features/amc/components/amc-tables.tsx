"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import type { AmcAccount, AmcInstance } from "@/lib/model";

export function InstanceTable({ instances }: { instances: readonly AmcInstance[] }) {
  const t = useTranslations("amc");
  return (
    <TableScroller label={t("instances")}>
      <Table>
        <thead>
          <tr>
            <Th>{t("instance")}</Th>
            <Th>{t("account")}</Th>
            <Th>{t("marketplace")}</Th>
            <Th>{t("status")}</Th>
            <Th className="text-right">{t("discovered")}</Th>
          </tr>
        </thead>
        <tbody>
          {instances.map((instance) => (
            <Tr key={instance.id}>
              <th scope="row" className="pr-2.5 pl-4 py-1.5 text-left font-normal">
                <span className="block font-medium">{instance.name}</span>
                <span className="block font-mono text-muted-foreground text-xs">{instance.amazon_instance_id}</span>
              </th>
              <Td>{instance.account_name}</Td>
              <Td className="font-mono text-xs">{instance.marketplace_id}</Td>
              <Td>
                <Badge tone="info">{instance.status}</Badge>
              </Td>
              <Td className="whitespace-nowrap text-right text-muted-foreground tabular-nums">
                <Instant at={instance.discovered_at} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}

export function AccountTable({ accounts }: { accounts: readonly AmcAccount[] }) {
  const t = useTranslations("amc");
  return (
    <TableScroller label={t("accounts")}>
      <Table>
        <thead>
          <tr>
            <Th>{t("account")}</Th>
            <Th>{t("region")}</Th>
            <Th>{t("marketplace")}</Th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <Tr key={`${account.connection_id}${account.account_id}${account.marketplace_id}`}>
              <th scope="row" className="pr-2.5 pl-4 py-1.5 text-left font-normal">
                <span className="block font-medium">{account.account_name}</span>
                <span className="block font-mono text-muted-foreground text-xs">{account.account_id}</span>
              </th>
              <Td>{account.region}</Td>
              <Td className="font-mono text-xs">{account.marketplace_id}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroller>
  );
}
