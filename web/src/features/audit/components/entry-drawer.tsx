"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { formatInstantFull, NO_VALUE } from "@/lib/format";
import type { AuditEntry } from "@/lib/model";
import { useActorName, useSentence } from "../sentence";
import { Detail, useDetailName } from "./detail";
import { Brands, OutcomeBadge } from "./entry-table";

const PLACE =
  "top-0 right-0 left-auto h-full w-full max-w-md translate-x-0 translate-y-0 content-start overflow-y-auto rounded-none";

/** Everything that is known of one entry. */
export function EntryDrawer({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  const t = useTranslations("audit");
  const sentence = useSentence();
  return (
    <Dialog open={entry !== null} onOpenChange={(open) => !open && onClose()}>
      {entry ? (
        <DialogContent closeLabel={t("close")} className={PLACE} data-testid="audit-detail">
          <div className="space-y-1 pr-8">
            <DialogTitle>{sentence(entry)}</DialogTitle>
            <DialogDescription>{formatInstantFull(entry.occurred_at)}</DialogDescription>
          </div>
          <Facts entry={entry} />
        </DialogContent>
      ) : null}
    </Dialog>
  );
}

function Facts({ entry }: { entry: AuditEntry }) {
  const t = useTranslations("audit");
  const name = useActorName();
  const detailName = useDetailName();
  return (
    <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-[13px]">
      <Fact label={t("outcome")}>
        <OutcomeBadge entry={entry} /> <span className="font-mono text-xs">{entry.code}</span>
      </Fact>
      <Fact label={t("actor")}>{name(entry.actor)}</Fact>
      {entry.impersonator ? <Fact label={t("impersonator")}>{name(entry.impersonator)}</Fact> : null}
      <Fact label={t("brand")}>
        <Brands entry={entry} />
      </Fact>
      <Fact label={t("target")} mono>
        {entry.target ? `${entry.target.type} ${entry.target.id}` : null}
      </Fact>
      {Object.entries(entry.details).map(([key, value]) => (
        <Fact key={key} label={detailName(key)}>
          <Detail value={value} entry={entry} />
        </Fact>
      ))}
      <Fact label={t("from")}>{entry.ip}</Fact>
      <Fact label={t("userAgent")}>{entry.user_agent}</Fact>
      <Fact label={t("operation")} mono>
        {entry.operation || entry.action}
      </Fact>
      <Fact label={t("request")} mono>
        {entry.request_id}
      </Fact>
      <Fact label={t("entry")} mono>
        {entry.sequence} {entry.hash}
      </Fact>
    </dl>
  );
}

function Fact({ label, children, mono = false }: { label: string; children: ReactNode; mono?: boolean }) {
  return (
    <>
      <dt className="text-muted-foreground">{label}</dt>
      <dd className={mono ? "break-all font-mono text-xs" : "break-words"}>{children || NO_VALUE}</dd>
    </>
  );
}
