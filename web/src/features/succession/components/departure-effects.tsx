"use client";

import { useTranslations } from "use-intl";
import { Badge } from "@/components/ui/badge";
import type { Connection, Departure } from "@/lib/model";
import { nameOf } from "../coverage";

interface DepartureEffectsProps {
  departure: Departure;
  connections: readonly Connection[] | undefined;
}

/** What goes dark first, then what goes on and through whom. */
export function DepartureEffects({ departure, connections }: DepartureEffectsProps) {
  const t = useTranslations("succession");
  const dark = departure.advertisers.filter((one) => one.successor === null);
  const kept = departure.advertisers.filter((one) => one.successor !== null);
  const instances = departure.instances.filter((one) => one.successor === null);
  return (
    <div className="grid gap-4 p-4 text-[13px] md:grid-cols-2" data-dark={dark.length} data-kept={kept.length}>
      <section className="grid content-start gap-1.5" aria-labelledby="dark-title">
        <h3 id="dark-title" className={dark.length ? "font-medium text-destructive" : "font-medium"}>
          {t("goesDark", { count: dark.length })}
        </h3>
        <Names>
          {dark.map((one) => (
            <li key={one.advertiser_id} className="flex justify-between gap-3">
              <span>{one.name}</span>
              {one.dark_already ? <Badge>{t("darkNow")}</Badge> : <span>{one.brand_name}</span>}
            </li>
          ))}
        </Names>
        {instances.length ? (
          <h3 className="font-medium text-destructive">{t("amcDark", { count: instances.length })}</h3>
        ) : null}
        <Names>
          {instances.map((one) => (
            <li key={one.instance_id}>
              {one.name} · {one.account_name}
            </li>
          ))}
        </Names>
      </section>
      <section className="grid content-start gap-1.5" aria-labelledby="kept-title">
        <h3 id="kept-title" className="font-medium">
          {t("goesOn", { count: kept.length })}
        </h3>
        <Names>
          {kept.map((one) => (
            <li key={one.advertiser_id} className="flex justify-between gap-3">
              <span>{one.name}</span>
              <span className="text-muted-foreground">
                {t("through", { name: nameOf(connections, one.successor) ?? "–" })}
              </span>
            </li>
          ))}
        </Names>
      </section>
    </div>
  );
}

function Names({ children }: { children: React.ReactNode[] }) {
  if (!children.length) return null;
  return (
    <ul className="grid max-h-72 gap-1 overflow-y-auto rounded-md border px-3 py-2 text-xs" tabIndex={0}>
      {children}
    </ul>
  );
}
