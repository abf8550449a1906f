"use client";

import { History } from "lucide-react";
import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Td, Tr } from "@/components/ui/table";
import { formatDay, NO_VALUE } from "@/lib/format";
import type { Ad, AdGroup, Campaign, Entity } from "@/lib/model";
import type { Kind } from "../state";
import { formatMicros, toneOf, useWord } from "../words";

export const ROW_HEIGHT = 53;

interface EntityRowProps {
  kind: Kind;
  entity: Entity;
  index: number;
  onDrill: () => void;
  onOpen: () => void;
}

export function EntityRow({ kind, entity, index, onDrill, onOpen }: EntityRowProps) {
  const t = useTranslations("campaigns");
  return (
    <Tr
      className="group hover:bg-muted"
      style={{ height: ROW_HEIGHT }}
      aria-rowindex={index}
      data-entity-id={entity.id}
      data-certainty={entity.certainty}
    >
      <th scope="row" className="max-w-44 py-1.5 pr-2.5 pl-4 text-left font-normal sm:max-w-80 2xl:max-w-[28rem]">
        <button
          type="button"
          title={entity.name}
          onClick={onDrill}
          className="block max-w-full truncate text-left font-medium hover:text-primary hover:underline"
        >
          {entity.name || entity.id}
        </button>
        <span className="block truncate text-muted-foreground text-xs">{entity.advertiser_name}</span>
      </th>
      <Td className="pr-0">
        <Button
          variant="ghost"
          size="icon"
          onClick={onOpen}
          title={t("history")}
          aria-label={t("historyOf", { name: entity.name || entity.id })}
        >
          <History aria-hidden />
        </Button>
      </Td>
      <Td>
        <Standing entity={entity} />
      </Td>
      {kind === "ad" ? <AdCells ad={entity as Ad} /> : <BookedCells entity={entity as Campaign | AdGroup} />}
      <Td className="whitespace-nowrap text-muted-foreground text-xs tabular-nums">
        {entity.amazon_updated_at ? <Instant at={entity.amazon_updated_at} /> : NO_VALUE}
      </Td>
    </Tr>
  );
}

function BookedCells({ entity }: { entity: Campaign | AdGroup }) {
  const word = useWord();
  return (
    <>
      <Td className="whitespace-nowrap text-xs tabular-nums">
        <Flight startsAt={entity.starts_at} endsAt={entity.ends_at} />
      </Td>
      <Td className="whitespace-nowrap text-right tabular-nums" data-budget={entity.budget_micros ?? ""}>
        {formatMicros(entity.budget_micros, entity.currency)}
        {entity.budget_period ? (
          <span className="block text-muted-foreground text-xs">{word(entity.budget_period)}</span>
        ) : null}
      </Td>
      <Td className="whitespace-nowrap text-right tabular-nums">
        {"ad_group_count" in entity ? entity.ad_group_count : formatMicros(entity.base_bid_micros, entity.currency)}
      </Td>
    </>
  );
}

function AdCells({ ad }: { ad: Ad }) {
  const t = useTranslations("campaigns");
  const word = useWord();
  return (
    <>
      <Td className="whitespace-nowrap">
        {word(ad.type)} {ad.size ? <span className="text-muted-foreground text-xs">{ad.size}</span> : null}
      </Td>
      <Td className="whitespace-nowrap text-right tabular-nums">{t("groups", { count: ad.ad_groups.length })}</Td>
    </>
  );
}

/** What Amazon says of it, and what is not sure about that. */
export function Standing({ entity }: { entity: Entity }) {
  const t = useTranslations("campaigns");
  const word = useWord();
  if (entity.deleted) return <Badge tone="danger">{t("deleted")}</Badge>;
  if (entity.certainty === "unknown") return <Badge title={t("unknownWhy")}>{t("unknown")}</Badge>;
  const delivery = "delivery_status" in entity ? entity.delivery_status : null;
  const reasons = "delivery_reasons" in entity ? entity.delivery_reasons : [];
  return (
    <span className="flex flex-wrap items-center gap-1">
      <Badge tone={toneOf(entity.state, delivery)} title={reasons.map(word).join(", ") || undefined}>
        {word(delivery && entity.state === "ENABLED" ? delivery : (entity.state ?? ""))}
      </Badge>
      {entity.missing_since ? (
        <Badge tone="warning" title={t("missingWhy")}>
          {t("missing")}
        </Badge>
      ) : null}
    </span>
  );
}

const dayOf = (instant: string): string => new Date(instant).toISOString().slice(0, 10);

function Flight({ startsAt, endsAt }: { startsAt: string | null; endsAt: string | null }) {
  if (!startsAt && !endsAt) return NO_VALUE;
  return (
    <>
      {startsAt ? formatDay(dayOf(startsAt), undefined, true) : "…"}
      {" – "}
      {endsAt ? formatDay(dayOf(endsAt), undefined, true) : "…"}
    </>
  );
}
