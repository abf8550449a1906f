"use client";

import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { Tooltip } from "@/components/ui/tooltip";
import type { Freshness } from "@/lib/model";
import type { Range } from "../periods";
import { advertiserChoices, brandChoices, type Choice, type CurrencyScope } from "../scope";
import type { DashboardState } from "../state";
import { PeriodPicker } from "./period-picker";
import { ScopeFilter } from "./scope-filter";

interface ToolbarProps {
  state: DashboardState;
  range: Range;
  today: string;
  freshness: readonly Freshness[];
  money: CurrencyScope;
  /** Names of the campaign and line item drilled into. */
  names: { order: string; lineItem: string };
  onChange: (change: Partial<DashboardState>) => void;
}

export function Toolbar({ state, range, today, freshness, money, names, onChange }: ToolbarProps) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <PeriodPicker period={state.period} range={range} today={today} onChange={(period) => onChange({ period })} />
      <BrandFilter
        choices={brandChoices(freshness)}
        chosen={state.brands}
        onChange={(brands) => onChange({ brands, advertisers: [] })}
      />
      <AdvertiserFilter
        choices={advertiserChoices(freshness, state.brands)}
        chosen={state.advertisers}
        onChange={(advertisers) => onChange({ advertisers })}
      />
      <CurrencySwitch money={money} onChange={(currency) => onChange({ currency })} />
      <DrillChips state={state} names={names} onChange={onChange} />
    </div>
  );
}

interface ChoiceProps {
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

const onlyName = ({ choices, chosen }: ChoiceProps): string | undefined =>
  chosen.length === 1 ? choices.find((choice) => choice.id === chosen[0])?.name : undefined;

function BrandFilter(props: ChoiceProps) {
  const t = useTranslations("scope");
  const count = props.chosen.length;
  const summary = onlyName(props) ?? (count ? t("brandsChosen", { count }) : t("allBrands"));
  return <ScopeFilter label={t("brands")} summary={summary} data-testid="brand-filter" {...props} />;
}

function AdvertiserFilter(props: ChoiceProps) {
  const t = useTranslations("scope");
  const count = props.chosen.length;
  const summary = onlyName(props) ?? (count ? t("advertisersChosen", { count }) : t("allAdvertisers"));
  return <ScopeFilter label={t("advertisers")} summary={summary} data-testid="advertiser-filter" {...props} />;
}

function CurrencySwitch({ money, onChange }: { money: CurrencyScope; onChange: (currency: string) => void }) {
  const t = useTranslations("scope");
  if (money.currencies.length < 2) return null;
  return (
    <Tooltip content={t("currencyHint")}>
      <div>
        <Segmented
          label={t("currency")}
          data-testid="currency-switch"
          value={money.shown}
          options={money.currencies.map((currency) => ({ value: currency, label: currency }))}
          onChange={onChange}
        />
      </div>
    </Tooltip>
  );
}

function DrillChips({ state, names, onChange }: Pick<ToolbarProps, "state" | "names" | "onChange">) {
  const t = useTranslations("scope");
  const chips = [
    state.order && { text: t("campaign", { name: names.order || state.order }), clear: { order: null } },
    state.lineItem && { text: t("lineItem", { name: names.lineItem || state.lineItem }), clear: { lineItem: null } },
  ].filter((chip) => chip !== null && chip !== "");
  return chips.map(({ text, clear }) => (
    <Button
      key={text}
      variant="secondary"
      className="max-w-full"
      aria-label={t("removeFilter", { name: text })}
      onClick={() => onChange(clear)}
    >
      <span className="max-w-72 truncate">{text}</span>
      <X aria-hidden />
    </Button>
  ));
}
