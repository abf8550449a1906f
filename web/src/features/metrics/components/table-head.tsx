"use client";

import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslations } from "use-intl";
import { Th } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { TABLE_METRICS } from "../catalogue";
import { type DashboardState, type Level, nameField, type Sort } from "../state";

const NAMES = {
  brand: "nameBrand",
  advertiser: "nameAdvertiser",
  order: "nameOrder",
  line_item: "nameLineItem",
  creative: "nameCreative",
  date: "nameDate",
} as const satisfies Record<Level, string>;

export function TableHead({ state, onSort }: { state: DashboardState; onSort: (sort: Sort) => void }) {
  const t = useTranslations("table");
  const metric = useTranslations("metric");
  const first = nameField(state.level);
  return (
    <thead className="sticky top-0 z-20 bg-card shadow-[0_1px_0_var(--border)]">
      <tr>
        <SortHead
          field={first}
          name={t(NAMES[state.level])}
          sort={state.sort}
          onSort={onSort}
          className="sticky left-0 z-10 bg-card first:pl-1.5"
        />
        {TABLE_METRICS.map((name) => (
          <SortHead
            key={name}
            field={name}
            name={name === "new_to_brand_share" ? t("newToBrandShort") : metric(name)}
            title={metric(name)}
            sort={state.sort}
            onSort={onSort}
            numeric
          />
        ))}
        <Th className="text-right">{t("asOf")}</Th>
      </tr>
    </thead>
  );
}

interface SortHeadProps {
  field: string;
  name: string;
  title?: string;
  sort: Sort;
  numeric?: boolean;
  className?: string;
  onSort: (sort: Sort) => void;
}

function SortHead({ field, name, title, sort, numeric = false, className, onSort }: SortHeadProps) {
  const active = sort.field === field;
  const Icon = sort.descending ? ArrowDown : ArrowUp;
  const descending = active ? !sort.descending : numeric;
  return (
    <Th
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
      className={cn("p-0", className)}
    >
      <button
        type="button"
        title={title === name ? undefined : title}
        onClick={() => onSort({ field, descending })}
        className={cn(
          "flex h-9 w-full items-center gap-1 px-2.5 hover:text-foreground focus-visible:outline-offset-[-2px]",
          numeric && "justify-end",
          active && "text-foreground",
        )}
      >
        {name}
        {active ? <Icon aria-hidden className={cn("size-3", numeric && "order-first")} /> : null}
      </button>
    </Th>
  );
}
