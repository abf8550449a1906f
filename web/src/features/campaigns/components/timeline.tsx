"use client";

import { useTranslations } from "use-intl";
import { Instant } from "@/components/instant";
import { Badge, type Tone } from "@/components/ui/badge";
import { formatInstantFull } from "@/lib/format";
import type { EntityVersion } from "@/lib/model";
import { ChangeLines } from "./change-lines";

export const TONES: Record<EntityVersion["change"], Tone> = {
  found: "neutral",
  created: "success",
  changed: "info",
  deleted: "danger",
  restored: "success",
};

/** Every version, the newest first: what changed, from and to, since when it holds and when we saw it. */
export function Timeline({ versions }: { versions: readonly EntityVersion[] }) {
  const t = useTranslations("campaigns");
  return (
    <section className="space-y-2">
      <h3 className="font-medium text-[13px]">{t("timeline")}</h3>
      <ol className="space-y-4 border-l pl-4" data-testid="timeline">
        {versions.map((version) => (
          <li key={version.id} className="relative space-y-1 text-[13px]" data-change={version.change}>
            <span aria-hidden className="absolute top-1.5 -left-[1.3rem] size-2 rounded-full bg-primary" />
            <div className="flex flex-wrap items-center gap-2">
              <Badge tone={TONES[version.change]}>{t(`change.${version.change}`)}</Badge>
              <Instant at={version.valid_from} className="font-medium tabular-nums" />
            </div>
            <ChangeLines changes={version.changes} currency={version.currency} />
            <Times version={version} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Times({ version }: { version: EntityVersion }) {
  const t = useTranslations("campaigns");
  const told = version.amazon_updated_at === version.valid_from;
  return (
    <p className="text-muted-foreground text-xs">
      {told
        ? t("amazonSays", { at: formatInstantFull(version.valid_from) })
        : t("amazonDoesNotSay", { at: formatInstantFull(version.valid_from) })}{" "}
      {t("weSaw", { at: formatInstantFull(version.seen_at) })}
    </p>
  );
}
