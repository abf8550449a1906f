"use client";

import { useEffect, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, NativeSelect } from "@/components/ui/input";
import { useBrands } from "@/features/advertisers/queries";
import { type CampaignsState, isFiltered, STATES } from "../state";
import { useFieldName, useWord } from "../words";

const PAUSE_MS = 300;
const FOLLOWED = [
  "budget_micros",
  "state",
  "name",
  "delivery_status",
  "flights",
  "starts_at",
  "ends_at",
  "base_bid_micros",
  "deleted",
];
const NONE: Partial<CampaignsState> = { q: "", brand: null, state: null, deleted: false, on: null, field: null };

export interface PartProps {
  state: CampaignsState;
  onChange: (change: Partial<CampaignsState>, how?: "push" | "replace") => void;
}

/** Each control narrows; the URL keeps them. */
export function Filters({ state, onChange }: PartProps) {
  const t = useTranslations("campaigns");
  const changes = state.view === "changes";
  return (
    <search className="flex flex-wrap items-center gap-2" aria-label={t("filters")}>
      {changes ? null : <SearchBox value={state.q} onChange={(q) => onChange({ q })} />}
      <BrandChoice value={state.brand} onChange={(brand) => onChange({ brand })} />
      {changes ? (
        <FieldChoice value={state.field} onChange={(field) => onChange({ field })} />
      ) : (
        <EntityFilters state={state} onChange={onChange} />
      )}
      {isFiltered(state) ? (
        <Button variant="ghost" onClick={() => onChange(NONE)}>
          {t("clear")}
        </Button>
      ) : null}
    </search>
  );
}

function EntityFilters({ state, onChange }: PartProps) {
  const t = useTranslations("campaigns");
  const word = useWord();
  const deleted = useId();
  return (
    <>
      <NativeSelect
        aria-label={t("state")}
        value={state.state ?? ""}
        onChange={(event) => onChange({ state: STATES.find((one) => one === event.target.value) ?? null })}
        className="w-36"
      >
        <option value="">{t("everyState")}</option>
        {STATES.map((one) => (
          <option key={one} value={one}>
            {word(one)}
          </option>
        ))}
      </NativeSelect>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the input is within */}
      <label className="flex items-center gap-1.5 whitespace-nowrap text-[13px] text-muted-foreground">
        {t("on")}
        <Input
          type="date"
          min="2000-01-01"
          value={state.on ?? ""}
          onChange={(event) => onChange({ on: event.target.value || null })}
          className="w-36 text-foreground"
        />
      </label>
      <span className="flex h-8 items-center gap-1.5 text-[13px]">
        <Checkbox id={deleted} checked={state.deleted} onCheckedChange={(on) => onChange({ deleted: on === true })} />
        <label htmlFor={deleted}>{t("withDeleted")}</label>
      </span>
    </>
  );
}

/** Typing is not a question each: the last word is asked after a short pause, or with Enter. */
function SearchBox({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations("campaigns");
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <Input
      type="search"
      aria-label={t("search")}
      placeholder={t("search")}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && onChange(text)}
      className="w-full sm:w-64"
    />
  );
}

interface ChoiceProps {
  value: string | null;
  onChange: (value: string | null) => void;
}

function BrandChoice({ value, onChange }: ChoiceProps) {
  const t = useTranslations("campaigns");
  const brands = useBrands().data ?? [];
  if (brands.length < 2 && !value) return null;
  return (
    <NativeSelect
      aria-label={t("brand")}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || null)}
      className="w-40 max-w-full"
    >
      <option value="">{t("everyBrand")}</option>
      {value && !brands.some((brand) => brand.id === value) ? <option value={value}>{value}</option> : null}
      {brands.map((brand) => (
        <option key={brand.id} value={brand.id}>
          {brand.name}
        </option>
      ))}
    </NativeSelect>
  );
}

function FieldChoice({ value, onChange }: ChoiceProps) {
  const t = useTranslations("campaigns");
  const name = useFieldName();
  const fields = value && !FOLLOWED.includes(value) ? [value, ...FOLLOWED] : FOLLOWED;
  return (
    <NativeSelect
      aria-label={t("field")}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || null)}
      className="w-44 max-w-full"
    >
      <option value="">{t("everyField")}</option>
      {fields.map((field) => (
        <option key={field} value={field}>
          {name(field)}
        </option>
      ))}
    </NativeSelect>
  );
}
