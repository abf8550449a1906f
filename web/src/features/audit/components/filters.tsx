"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Input, NativeSelect } from "@/components/ui/input";
import { useBrands } from "@/features/advertisers/queries";
import { useAuditFacets } from "../queries";
import { useActorName, usePhrase } from "../sentence";
import { type AuditState, isFiltered, OUTCOMES, parseState, SHOWN } from "../state";

interface FiltersProps {
  state: AuditState;
  onChange: (state: AuditState) => void;
}

/** Each control narrows; the URL keeps them. */
export function Filters({ state, onChange }: FiltersProps) {
  const t = useTranslations("audit");
  const set = (change: Partial<AuditState>) => onChange({ ...state, ...change });
  const day = (field: "since" | "until") => (
    // biome-ignore lint/a11y/noLabelWithoutControl: the input is within
    <label className="flex items-center gap-1.5 whitespace-nowrap text-[13px] text-muted-foreground">
      <span className="min-w-16">{t(field)}</span>
      <Input
        type="date"
        value={state[field] ?? ""}
        onChange={(event) => set({ [field]: event.target.value || null })}
        className="w-36 text-foreground"
      />
    </label>
  );
  return (
    <search className="flex flex-wrap items-center gap-2" aria-label={t("filters")}>
      <Choice
        label={t("show")}
        all={t("showEverything")}
        value={state.show}
        onChange={(value) => set({ show: SHOWN.find((one) => one === value) ?? null })}
      >
        {SHOWN.map((kind) => (
          <option key={kind} value={kind}>
            {t(`shown.${kind}`)}
          </option>
        ))}
      </Choice>
      <Actors value={state.actor} onChange={(actor) => set({ actor })} />
      <Actions value={state.action} onChange={(action) => set({ action })} />
      <Brands value={state.brand} onChange={(brand) => set({ brand })} />
      <Choice
        label={t("outcome")}
        all={t("everyOutcome")}
        value={state.outcome}
        onChange={(value) => set({ outcome: OUTCOMES.find((one) => one === value) ?? null })}
      >
        {OUTCOMES.map((outcome) => (
          <option key={outcome} value={outcome}>
            {t(`outcomes.${outcome}`)}
          </option>
        ))}
      </Choice>
      {day("since")}
      {day("until")}
      {isFiltered(state) ? (
        <Button variant="ghost" onClick={() => onChange(parseState(new URLSearchParams()))}>
          {t("clear")}
        </Button>
      ) : null}
    </search>
  );
}

interface OneProps {
  value: string | null;
  onChange: (value: string | null) => void;
}

function Choice({
  label,
  all,
  value,
  onChange,
  children,
}: OneProps & { label: string; all: string; children: ReactNode }) {
  return (
    <NativeSelect
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || null)}
      className="w-40 max-w-full"
    >
      <option value="">{all}</option>
      {children}
    </NativeSelect>
  );
}

function Actors({ value, onChange }: OneProps) {
  const t = useTranslations("audit");
  const name = useActorName();
  const actors = useAuditFacets().data?.actors ?? [];
  return (
    <Choice label={t("actor")} all={t("everyActor")} value={value} onChange={onChange}>
      {value && !actors.some((actor) => actor.id === value) ? <option value={value}>{value}</option> : null}
      {actors.map((actor) => (
        <option key={`${actor.kind} ${actor.id}`} value={actor.id}>
          {name(actor)}
        </option>
      ))}
    </Choice>
  );
}

function Actions({ value, onChange }: OneProps) {
  const t = useTranslations("audit");
  const phrase = usePhrase();
  const actions = useAuditFacets().data?.actions ?? [];
  const listed = value && !actions.includes(value) ? [value, ...actions] : actions;
  return (
    <Choice label={t("action")} all={t("everyAction")} value={value} onChange={onChange}>
      {listed.map((action) => (
        <option key={action} value={action}>
          {phrase(action)}
        </option>
      ))}
    </Choice>
  );
}

function Brands({ value, onChange }: OneProps) {
  const t = useTranslations("audit");
  const brands = useBrands().data ?? [];
  return (
    <Choice label={t("brand")} all={t("everyBrandFilter")} value={value} onChange={onChange}>
      {value && !brands.some((brand) => brand.id === value) ? <option value={value}>{value}</option> : null}
      {brands.map((brand) => (
        <option key={brand.id} value={brand.id}>
          {brand.name}
        </option>
      ))}
    </Choice>
  );
}
