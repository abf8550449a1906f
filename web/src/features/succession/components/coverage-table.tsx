"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Empty } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import type { Advertiser } from "@/lib/model";
import { ServingCell } from "./serving-cell";

const FIRST_ROWS = 50;

export function CoverageTable({ advertisers }: { advertisers: readonly Advertiser[] }) {
  const t = useTranslations("succession");
  const [all, setAll] = useState(false);
  if (!advertisers.length) return <Empty title={t("noneHere")} detail={t("noneHereDetail")} />;
  const shown = all ? advertisers : advertisers.slice(0, FIRST_ROWS);
  const left = advertisers.length - shown.length;
  return (
    <>
      <TableScroller label={t("table")}>
        <Table data-testid="coverage-table">
          <thead className="border-t">
            <tr>
              <Th>{t("advertiser")}</Th>
              <Th className="max-sm:hidden">{t("brand")}</Th>
              <Th>{t("servedBy")}</Th>
              <Th className="text-right">{t("grants")}</Th>
            </tr>
          </thead>
          <tbody>
            {shown.map((advertiser) => (
              <Tr key={advertiser.id} data-advertiser-id={advertiser.id} data-grants={advertiser.grants}>
                <th scope="row" className="px-2.5 py-1.5 pl-4 text-left font-medium">
                  {advertiser.name}
                </th>
                <Td className="max-sm:hidden">{advertiser.brand_name ?? t("noBrand")}</Td>
                <Td>
                  <ServingCell advertiser={advertiser} />
                </Td>
                <Td className="text-right tabular-nums">{advertiser.grants}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </TableScroller>
      {left > 0 ? (
        <div className="border-t px-4 py-2">
          <Button variant="outline" size="sm" onClick={() => setAll(true)}>
            {t("more", { count: left })}
          </Button>
        </div>
      ) : null}
    </>
  );
}
