"use client";

import { useTranslations } from "use-intl";
import { Td, Tr } from "@/components/ui/table";
import { ServingCell } from "@/features/succession/components/serving-cell";
import { SyncCell } from "@/features/syncs/components/sync-cell";
import type { Advertiser, Sync } from "@/lib/model";
import { BrandSelect } from "./brand-select";

export function AdvertiserRow({ advertiser, sync }: { advertiser: Advertiser; sync: Sync | undefined }) {
  const t = useTranslations("advertisers");
  return (
    <Tr data-advertiser-id={advertiser.id} data-amazon-advertiser-id={advertiser.amazon_advertiser_id}>
      <th scope="row" className="min-w-40 pr-2.5 pl-4 py-1.5 text-left font-normal">
        <span className="block font-medium">{advertiser.name}</span>
        <span className="block font-mono text-muted-foreground text-xs">
          <span className="sr-only">{t("id", { id: "" })}</span>
          {advertiser.amazon_advertiser_id}
        </span>
      </th>
      <Td className="whitespace-nowrap max-sm:hidden">
        <span className="block">
          {advertiser.country} · {advertiser.currency}
        </span>
        <span className="block text-muted-foreground text-xs">{advertiser.timezone}</span>
      </Td>
      <Td>
        <BrandSelect advertiser={advertiser} />
      </Td>
      <Td>
        <ServingCell advertiser={advertiser} />
      </Td>
      <Td>
        <SyncCell advertiserId={advertiser.id} name={advertiser.name} sync={sync} />
      </Td>
    </Tr>
  );
}
