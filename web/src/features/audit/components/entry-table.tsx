"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge, type Tone } from "@/components/ui/badge";
import { Table, TableScroller, Td, Th, Tr } from "@/components/ui/table";
import { NO_VALUE } from "@/lib/format";
import type { AuditEntry } from "@/lib/model";
import { useSentence } from "../sentence";
import type { Outcome } from "../state";
import { EntryDrawer } from "./entry-drawer";

const TONES: Record<Outcome, Tone> = { allowed: "success", refused: "warning", failed: "danger" };

export function OutcomeBadge({ entry }: { entry: AuditEntry }) {
  const t = useTranslations("audit");
  return (
    <Badge tone={TONES[entry.outcome]}>
      {t(`outcomes.${entry.outcome}`)}
      {entry.count > 1 ? <span className="tabular-nums">×{entry.count}</span> : null}
    </Badge>
  );
}

/** One line per entry; the sentence opens all that is known of it. */
export function EntryTable({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useTranslations("audit");
  const [open, setOpen] = useState<AuditEntry | null>(null);
  return (
    <>
      <TableScroller label={t("title")}>
        <Table>
          <thead>
            <tr>
              <Th>{t("when")}</Th>
              <Th>{t("what")}</Th>
              <Th>{t("outcome")}</Th>
              <Th>{t("brand")}</Th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <EntryRow key={entry.sequence} entry={entry} onOpen={() => setOpen(entry)} />
            ))}
          </tbody>
        </Table>
      </TableScroller>
      <EntryDrawer entry={open} onClose={() => setOpen(null)} />
    </>
  );
}

function EntryRow({ entry, onOpen }: { entry: AuditEntry; onOpen: () => void }) {
  const sentence = useSentence();
  return (
    <Tr data-testid="audit-entry" data-action={entry.action} data-outcome={entry.outcome}>
      <Td className="whitespace-nowrap text-muted-foreground tabular-nums">
        <Instant at={entry.occurred_at} />
      </Td>
      <Td className="min-w-36 sm:min-w-64">
        <button type="button" className="text-left hover:underline" onClick={onOpen}>
          {sentence(entry)}
        </button>
      </Td>
      <Td>
        <OutcomeBadge entry={entry} />
      </Td>
      <Td className="max-w-52 truncate">
        <Brands entry={entry} />
      </Td>
    </Tr>
  );
}

export function Brands({ entry }: { entry: AuditEntry }) {
  const t = useTranslations("audit");
  if (entry.every_brand) return t("everyBrand");
  if (!entry.brands.length) return NO_VALUE;
  return entry.brands.map((brand) => brand.name || t("brandGone")).join(", ");
}
