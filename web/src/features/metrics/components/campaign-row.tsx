"use client";

import { ListTree } from "lucide-react";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Td, Tr } from "@/components/ui/table";
import { formatDay, formatValue, NO_VALUE } from "@/lib/format";
import { Link } from "@/lib/router";
import { METRICS, numberIn, type Row, TABLE_METRICS, textIn } from "../catalogue";
import { type Level, nameField } from "../state";

/** The dimension one level up, shown small under the name. */
const PARENTS: Partial<Record<Level, string>> = {
  advertiser: "brand_name",
  order: "brand_name",
  line_item: "order_name",
  creative: "line_item_name",
};
/** Levels whose rows have a setup to look at; creatives of reports go by other ids. */
const SETUPS: Partial<Record<Level, string>> = { order: "campaign", line_item: "ad_group" };
const DRILLABLE: readonly Level[] = ["brand", "advertiser", "order", "line_item"];

interface DashboardRowProps {
  row: Row;
  level: Level;
  onDrill: (id: string) => void;
}

export function DashboardRow({ row, level, onDrill }: DashboardRowProps) {
  const currency = textIn(row, "currency");
  return (
    <Tr className="group hover:bg-muted" data-row-id={textIn(row, `${level}_id`) || textIn(row, "date")}>
      <th
        scope="row"
        className="sticky left-0 z-[1] max-w-52 bg-card py-1.5 pr-2.5 pl-4 text-left font-normal group-hover:bg-muted sm:max-w-72 2xl:max-w-96"
      >
        <RowName row={row} level={level} onDrill={onDrill} />
      </th>
      <MetricCells row={row} currency={currency} />
    </Tr>
  );
}

function RowName({ row, level, onDrill }: DashboardRowProps) {
  const t = useTranslations("table");
  if (level === "date") return <span>{formatDay(textIn(row, "date"), undefined, true)}</span>;
  const id = textIn(row, `${level}_id`);
  const name = textIn(row, nameField(level)) || (level === "brand" ? t("unassigned") : id || t("unnamed"));
  const parentField = PARENTS[level];
  const parent = parentField ? textIn(row, parentField) || (parentField === "brand_name" ? t("unassigned") : "") : "";
  return (
    <>
      {id && DRILLABLE.includes(level) ? (
        <button
          type="button"
          title={name}
          onClick={() => onDrill(id)}
          className="block max-w-full truncate text-left font-medium hover:text-primary hover:underline hover:underline-offset-2"
        >
          {name}
        </button>
      ) : (
        <span title={name} className="block truncate font-medium">
          {name}
        </span>
      )}
      {parent ? <span className="block truncate text-muted-foreground text-xs">{parent}</span> : null}
      {SETUPS[level] && id ? <SetupLink kind={SETUPS[level]} id={id} name={name} /> : null}
    </>
  );
}

function SetupLink({ kind, id, name }: { kind: string; id: string; name: string }) {
  const t = useTranslations("table");
  return (
    <Link
      href={`/campaigns/?view=${kind}&q=${encodeURIComponent(id)}&open=${kind}~${encodeURIComponent(id)}`}
      aria-label={t("setupOf", { name })}
      className="inline-flex items-center gap-1 text-muted-foreground text-xs hover:text-primary hover:underline"
    >
      <ListTree aria-hidden className="size-3" />
      {t("setup")}
    </Link>
  );
}

export function TotalRow({ row, currency }: { row: Row; currency: string }) {
  const t = useTranslations("table");
  return (
    <Tr className="bg-muted font-medium" data-testid="table-total">
      <th scope="row" className="sticky left-0 z-[1] h-9 bg-muted pr-2.5 pl-4 text-left font-medium">
        {t("total")}
      </th>
      <MetricCells row={row} currency={currency} />
    </Tr>
  );
}

function MetricCells({ row, currency }: { row: Row; currency: string }) {
  const at = textIn(row, "as_of");
  return (
    <>
      {TABLE_METRICS.map((metric) => {
        const value = numberIn(row, metric);
        return (
          <Td
            key={metric}
            data-metric={metric}
            data-value={value ?? ""}
            className="whitespace-nowrap text-right tabular-nums"
          >
            {formatValue(value, METRICS[metric], currency)}
          </Td>
        );
      })}
      <Td className="whitespace-nowrap text-right font-normal text-muted-foreground text-xs tabular-nums">
        {at ? <Instant at={at} /> : NO_VALUE}
      </Td>
    </>
  );
}
