"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Progress } from "@/components/ui/progress";
import { formatDay } from "@/lib/format";
import type { ExportItem } from "@/lib/model";
import { askedOf, formatBytes, fractionOf, isUnfinished, TONES } from "../shown";
import { ExportActions } from "./export-actions";

/** One file: what was asked for, how far it is, and what can be done with it. */
export function ExportRow({ item }: { item: ExportItem }) {
  const t = useTranslations("exports");
  const name = useExportName(item);
  return (
    <li
      data-testid="export-row"
      data-export-id={item.id}
      data-state={item.state}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3"
    >
      <div className="min-w-0 flex-1 basis-60 space-y-1">
        <p className="flex flex-wrap items-center gap-2 font-medium text-[13px]">
          {name}
          <Badge tone={TONES[item.state]}>{t(`states.${item.state}`)}</Badge>
        </p>
        {isUnfinished(item) ? <Progress fraction={fractionOf(item)} label={t("progress", { name })} /> : null}
        <Facts item={item} />
        {item.error_detail ? <p className="break-words text-muted-foreground text-xs">{item.error_detail}</p> : null}
      </div>
      <ExportActions item={item} name={name} />
    </li>
  );
}

function Facts({ item }: { item: ExportItem }) {
  const t = useTranslations("exports");
  return (
    <p className="text-muted-foreground text-xs">
      {t("asked")} <Instant at={item.asked_at} /> · {t("rows", { count: item.rows })}
      {item.bytes === null ? null : ` · ${formatBytes(item.bytes)}`}
      {item.state === "ready" && item.expires_at ? (
        <>
          {" · "}
          {t("until")} <Instant at={item.expires_at} />
        </>
      ) : null}
      {item.state === "ready" && item.link_count ? ` · ${t("links", { count: item.link_count })}` : null}
    </p>
  );
}

function useExportName(item: ExportItem): string {
  const t = useTranslations("exports");
  const { start, end, dimensions } = askedOf(item);
  const split = dimensions.map((name) =>
    t.has(`levels.${name}` as "levels.date") ? t(`levels.${name}` as "levels.date") : name,
  );
  return t("name", {
    format: t(`formats.${item.format}`),
    split: split.join(", ") || t("noSplit"),
    days: `${formatDay(start)} – ${formatDay(end, undefined, true)}`,
  });
}
