"use client";

import { useTranslations } from "use-intl";
import { Empty, PageHeader, Problem } from "@/components/states";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useCan } from "@/features/session/queries";
import { useAuditEntries } from "../queries";
import { type AuditState, isFiltered } from "../state";
import { EntryTable } from "./entry-table";
import { ExportLinks } from "./export-links";
import { Filters } from "./filters";
import { Retention } from "./retention";
import { Verify } from "./verify";

interface AuditLogProps {
  state: AuditState;
  onChange: (state: AuditState) => void;
}

/** Who did or saw what: filters, entries, the check of the chain, and how long entries are kept. */
export function AuditLog({ state, onChange }: AuditLogProps) {
  const t = useTranslations("audit");
  const can = useCan();
  const entries = useAuditEntries(state);
  const first = entries.data?.pages[0];
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const whole = first ? !first.limited : false;
  return (
    <div className="grid grid-cols-1 gap-4">
      <PageHeader title={t("title")} lead={t("lead")}>
        <ExportLinks state={state} />
      </PageHeader>
      {first?.limited ? <Alert data-testid="audit-limited">{t("limited")}</Alert> : null}
      <Filters state={state} onChange={onChange} />
      {entries.error ? <Problem error={entries.error} onRetry={() => void entries.refetch()} /> : null}
      {!entries.data && !entries.error ? <Skeleton data-loading="true" className="h-64" /> : null}
      {entries.data ? (
        <Card data-testid="audit-log">
          {items.length ? (
            <EntryTable entries={items} />
          ) : (
            <Empty title={t(isFiltered(state) ? "noneFound" : "none")} detail={t("noneDetail")} />
          )}
        </Card>
      ) : null}
      {entries.hasNextPage ? (
        <Button
          variant="outline"
          className="justify-self-center"
          data-testid="audit-older"
          disabled={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {t("older")}
        </Button>
      ) : null}
      {whole ? <Verify /> : null}
      {whole ? <Retention mayChange={can("organization:manage")} /> : null}
    </div>
  );
}
