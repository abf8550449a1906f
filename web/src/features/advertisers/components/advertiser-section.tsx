"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Empty } from "@/components/states";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroller, Th } from "@/components/ui/table";
import { useCan } from "@/features/session/queries";
import type { Advertiser, Sync } from "@/lib/model";
import { brandPerUnassigned } from "../mapping";
import { useMapBrands } from "../queries";
import { AdvertiserRow } from "./advertiser-row";

const FIRST_ROWS = 12;

interface AdvertiserSectionProps {
  /** Name of the connection that sees them. */
  owner: string;
  advertisers: readonly Advertiser[] | undefined;
  syncs: readonly Sync[];
}

export function AdvertiserSection({ owner, advertisers, syncs }: AdvertiserSectionProps) {
  const t = useTranslations("advertisers");
  if (!advertisers) return <Skeleton className="m-4 h-32" />;
  if (!advertisers.length) {
    return (
      <div className="border-t">
        <Empty title={t("none")} detail={t("noneDetail")} />
      </div>
    );
  }
  return (
    <div className="border-t">
      <SectionHead advertisers={advertisers} />
      <AdvertiserTable owner={owner} advertisers={advertisers} syncs={syncs} />
    </div>
  );
}

function SectionHead({ advertisers }: { advertisers: readonly Advertiser[] }) {
  const t = useTranslations("advertisers");
  const can = useCan();
  const map = useMapBrands();
  const mappings = brandPerUnassigned(advertisers);
  const create = () =>
    map.mutate(mappings, {
      onSuccess: () => toast.success(t("bulkDone", { count: mappings.length })),
      onError: (error) => toast.error(error.message),
    });
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 px-4 py-2.5">
      <h3 className="flex items-center gap-2 text-[13px]">
        {t("count", { count: advertisers.length })}
        {mappings.length ? <Badge tone="warning">{t("unassignedCount", { count: mappings.length })}</Badge> : null}
      </h3>
      {mappings.length && can("brand:manage") ? (
        <Button
          variant="outline"
          className="h-auto min-h-8 whitespace-normal py-1"
          disabled={map.isPending}
          onClick={create}
          data-testid="bulk-brands"
        >
          {t("bulk")}
        </Button>
      ) : null}
    </div>
  );
}

function AdvertiserTable({
  owner,
  advertisers,
  syncs,
}: AdvertiserSectionProps & { advertisers: readonly Advertiser[] }) {
  const t = useTranslations("advertisers");
  const table = useTranslations("table");
  const succession = useTranslations("succession");
  const [all, setAll] = useState(false);
  const shown = all ? advertisers : advertisers.slice(0, FIRST_ROWS);
  const left = advertisers.length - shown.length;
  return (
    <>
      <TableScroller label={t("tableOf", { name: owner })}>
        <Table>
          <thead className="border-t">
            <tr>
              <Th className="w-[30%]">{t("name")}</Th>
              <Th className="w-[18%] max-sm:hidden">{t("market")}</Th>
              <Th className="w-[22%]">{t("brand")}</Th>
              <Th>{succession("servedBy")}</Th>
              <Th>{t("ingestion")}</Th>
            </tr>
          </thead>
          <tbody>
            {shown.map((advertiser) => (
              <AdvertiserRow
                key={advertiser.id}
                advertiser={advertiser}
                sync={syncs.find((sync) => sync.advertiser_id === advertiser.id)}
              />
            ))}
          </tbody>
        </Table>
      </TableScroller>
      {left > 0 ? (
        <div className="border-t px-4 py-2">
          <Button variant="outline" size="sm" onClick={() => setAll(true)}>
            {table("showMore", { count: left })}
          </Button>
        </div>
      ) : null}
    </>
  );
}
