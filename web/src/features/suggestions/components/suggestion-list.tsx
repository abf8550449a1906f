"use client";

import { type KeyboardEvent, useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Empty } from "@/components/states";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { useAdvertisers, useMapBrands } from "@/features/advertisers/queries";
import { ToConnections } from "@/features/connections/components/to-connections";
import { useCan } from "@/features/session/queries";
import type { Suggestion } from "@/lib/model";
import { keyOf, mappingsOf, sureOnes, type Target, toggled } from "../selection";
import { SelectionBar } from "./selection-bar";
import { SuggestionCard } from "./suggestion-card";

const ROW = '[role="checkbox"]';

/** Arrow keys move between checkboxes, however many there are; Enter accepts what is selected. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>) {
  if (!(event.target instanceof HTMLElement) || !event.target.matches(ROW)) return;
  if (event.key === "Enter") event.currentTarget.querySelector("form")?.requestSubmit();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(ROW)];
  rows[rows.indexOf(event.target) + step]?.focus();
  event.preventDefault();
}

/** Nothing was found yet, or all that was found has its brand. */
function NothingToDo() {
  const t = useTranslations("suggestions");
  const succession = useTranslations("succession");
  const found = useAdvertisers().data;
  if (!found) return <Skeleton className="h-40 w-full" />;
  return (
    <Card>
      {found.length ? (
        <Empty title={t("none")} detail={t("noneDetail")} />
      ) : (
        <Empty title={succession("none")} detail={succession("noneDetail")} action={<ToConnections />} />
      )}
    </Card>
  );
}

export function SuggestionList({ suggestions }: { suggestions: readonly Suggestion[] }) {
  const t = useTranslations("suggestions");
  const can = useCan();
  const map = useMapBrands();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [names, setNames] = useState<Record<string, string>>({});
  if (!suggestions.length) return <NothingToDo />;
  const accept = (target: Target) => {
    const mappings = mappingsOf(suggestions, selected, names, target);
    if (!mappings.length || map.isPending) return;
    map.mutate(mappings, {
      onSuccess: () => {
        setSelected(new Set());
        toast.success(t("applied", { count: mappings.length }));
      },
      onError: (error) => toast.error(t("failed"), { description: error.message }),
    });
  };
  const mayMap = can("brand:manage");
  const count = mappingsOf(suggestions, selected, names, { kind: "suggested" }).length;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys between the checkboxes within, which work by themselves
    <div className="grid gap-3" onKeyDown={moveBetweenRows}>
      {mayMap ? (
        <SelectionBar
          count={count}
          busy={map.isPending}
          onSure={() => setSelected(toggled(selected, sureOnes(suggestions), true))}
          onClear={() => setSelected(new Set())}
          onAccept={accept}
        />
      ) : null}
      {suggestions.map((suggestion) => (
        <SuggestionCard
          key={keyOf(suggestion)}
          suggestion={suggestion}
          name={names[keyOf(suggestion)] ?? suggestion.brand_name}
          selected={mayMap ? selected : null}
          onName={(name) => setNames({ ...names, [keyOf(suggestion)]: name })}
          onToggle={(ids, on) => setSelected(toggled(selected, ids, on))}
        />
      ))}
    </div>
  );
}
