"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import { useNameOf } from "../queries";
import type { PartProps } from "./filters";

/** Where one is in the tree, and the way back up. */
export function Trail({ state, onChange }: PartProps) {
  const t = useTranslations("campaigns");
  const campaign = useNameOf("campaign", state.campaign);
  const group = useNameOf("ad_group", state.group);
  if (!state.campaign && !state.group) return null;
  const up = { campaign: null, group: null, q: "" };
  return (
    <nav aria-label={t("trail")} className="min-w-0 text-[13px]">
      <ol className="flex flex-wrap items-center gap-1">
        <Step label={t("all")} onClick={() => onChange({ ...up, view: "campaign" }, "push")} />
        {state.campaign ? (
          <Step
            label={campaign}
            onClick={state.group ? () => onChange({ view: "ad_group", group: null, q: "" }, "push") : undefined}
          />
        ) : null}
        {state.group ? <Step label={group} /> : null}
      </ol>
    </nav>
  );
}

function Step({ label, onClick }: { label: string; onClick?: (() => void) | undefined }) {
  return (
    <li className="flex min-w-0 max-w-72 items-center gap-1">
      {onClick ? (
        <>
          <button type="button" onClick={onClick} className="truncate text-primary hover:underline">
            {label}
          </button>
          <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted-foreground" />
        </>
      ) : (
        <span aria-current="location" className="truncate font-medium">
          {label}
        </span>
      )}
    </li>
  );
}
