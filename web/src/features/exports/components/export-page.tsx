"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Link } from "@/lib/router";
import { useExports } from "../queries";
import { ExportRow } from "./export-row";

export function ExportPage() {
  const t = useTranslations("exports");
  const exports = useExports();
  const items = exports.data?.pages.flatMap((page) => page.items);
  return (
    <div className="grid gap-4">
      <PageHeader title={t("title")} lead={t("lead")} />
      {exports.isPending ? <Skeleton className="h-40 w-full rounded-lg" /> : null}
      {exports.error ? <Problem error={exports.error} onRetry={() => void exports.refetch()} /> : null}
      {items?.length === 0 ? (
        <Card>
          <Empty
            title={t("none")}
            detail={t("noneDetail")}
            action={
              <Button asChild variant="outline">
                <Link href="/">{t("toDashboard")}</Link>
              </Button>
            }
          />
        </Card>
      ) : null}
      {items?.length ? (
        <Card>
          <ul aria-label={t("list")} className="divide-y">
            {items.map((item) => (
              <ExportRow key={item.id} item={item} />
            ))}
          </ul>
        </Card>
      ) : null}
      {exports.hasNextPage ? (
        <Button
          variant="outline"
          className="justify-self-center"
          disabled={exports.isFetchingNextPage}
          onClick={() => void exports.fetchNextPage()}
        >
          {t("older")}
        </Button>
      ) : null}
    </div>
  );
}
