"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { useAdvertisers } from "@/features/advertisers/queries";
import { ToConnections } from "@/features/connections/components/to-connections";
import { CoverageTable } from "@/features/succession/components/coverage-table";
import { DeparturePanel } from "@/features/succession/components/departure-panel";
import { COVERAGES, type Coverage, covered, isSingle } from "@/features/succession/coverage";
import type { Advertiser } from "@/lib/model";
import { useSearch } from "@/lib/router";

export function CoverageClient() {
  const t = useTranslations("succession");
  const advertisers = useAdvertisers();
  const [params, write] = useSearch();
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    write(next.toString());
  };
  const show = COVERAGES.find((one) => one === params.get("show")) ?? "all";
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      {advertisers.isPending ? <Skeleton className="h-64 w-full" /> : null}
      {advertisers.error ? <Problem error={advertisers.error} onRetry={() => void advertisers.refetch()} /> : null}
      {advertisers.data?.length === 0 ? (
        <Card>
          <Empty title={t("none")} detail={t("noneDetail")} action={<ToConnections />} />
        </Card>
      ) : null}
      {advertisers.data?.length ? (
        <>
          <DeparturePanel value={params.get("leaver") ?? ""} onChange={(value) => set("leaver", value)} />
          <CoverageCard advertisers={advertisers.data} show={show} onShow={(value) => set("show", value)} />
        </>
      ) : null}
    </div>
  );
}

interface CoverageCardProps {
  advertisers: readonly Advertiser[];
  show: Coverage;
  onShow: (show: Coverage) => void;
}

function CoverageCard({ advertisers, show, onShow }: CoverageCardProps) {
  const t = useTranslations("succession");
  const counts = {
    total: advertisers.length,
    single: advertisers.filter(isSingle).length,
    unserved: advertisers.filter((one) => !one.served).length,
  };
  return (
    <Card>
      <div className="flex flex-wrap items-center justify-between gap-2 px-4 py-3">
        <p
          className="text-[13px]"
          data-testid="coverage-summary"
          data-single={counts.single}
          data-unserved={counts.unserved}
        >
          {t("summary", counts)}
        </p>
        <Segmented
          label={t("show")}
          value={show}
          options={COVERAGES.map((value) => ({ value, label: t(value) }))}
          onChange={onShow}
        />
      </div>
      <CoverageTable advertisers={covered(advertisers, show)} />
    </Card>
  );
}
