"use client";

import { useTranslations } from "use-intl";
import { Badge } from "@/components/ui/badge";
import type { Sighting } from "@/lib/model";

const KINDS = ["manager", "seat", "advertiser", "amc_account", "profile"] as const;

/** Things a connection sees, by kind. */
export function SightingList({ sightings }: { sightings: readonly Sighting[] }) {
  const t = useTranslations("sightings");
  return (
    <div className="grid gap-4">
      {KINDS.map((kind) => {
        const some = sightings.filter((one) => one.kind === kind);
        return some.length ? (
          <section key={kind} className="grid gap-1" data-testid="sightings" data-kind={kind}>
            <h3 className="font-medium text-[13px]">
              {t(kind)} <span className="text-muted-foreground">{some.length}</span>
            </h3>
            <ul className="grid max-h-80 gap-1 overflow-y-auto text-[13px]" tabIndex={0} aria-label={t(kind)}>
              {some.map((one) => (
                <SightingItem key={`${one.region}${one.amazon_id}`} one={one} />
              ))}
            </ul>
          </section>
        ) : null;
      })}
    </div>
  );
}

function SightingItem({ one }: { one: Sighting }) {
  const t = useTranslations("sightings");
  return (
    <li className="grid gap-0.5" data-amazon-id={one.amazon_id}>
      <span className="flex flex-wrap items-center gap-2">
        {one.name}
        <span className="font-mono text-muted-foreground text-xs">
          {one.region} · {one.amazon_id}
        </span>
        {one.access === "view" ? <Badge>{t("view")}</Badge> : null}
        {one.kind === "manager" ? <Badge>{t("linked", { count: one.linked })}</Badge> : null}
      </span>
      {one.complete ? null : (
        <span className="text-warning text-xs" data-testid="incomplete-manager">
          {t("incomplete", { count: one.linked })}
        </span>
      )}
    </li>
  );
}
