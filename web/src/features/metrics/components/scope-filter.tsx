"use client";

import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { cn } from "@/lib/cn";
import type { Choice } from "../scope";

interface ScopeFilterProps {
  label: string;
  /** Text of the button: the one chosen name, or how many. */
  summary: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
  "data-testid": string;
}

const SEARCH_FROM = 8;

/** Several of many, with a search when the list is long. */
export function ScopeFilter({ label, summary, choices, chosen, onChange, ...rest }: ScopeFilterProps) {
  const [search, setSearch] = useState("");
  const found = choices.filter((choice) => choice.name.toLowerCase().includes(search.trim().toLowerCase()));
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Popover onOpenChange={() => setSearch("")}>
      <PopoverTrigger asChild>
        <Button variant="outline" className={cn("max-w-64", chosen.length && "border-primary/60")} {...rest}>
          <span className="sr-only">{label}: </span>
          <span className="truncate">{summary}</span>
          <ChevronDown aria-hidden className="text-muted-foreground" />
        </Button>
      </PopoverTrigger>
      <PopoverContent aria-label={label} className="p-0">
        <FilterHead label={label} long={choices.length >= SEARCH_FROM} search={search} onSearch={setSearch} />
        <FilterChoices label={label} found={found} chosen={chosen} onToggle={toggle} />
        <FilterFoot disabled={!chosen.length} onClear={() => onChange([])} />
      </PopoverContent>
    </Popover>
  );
}

interface FilterHeadProps {
  label: string;
  long: boolean;
  search: string;
  onSearch: (text: string) => void;
}

function FilterHead({ label, long, search, onSearch }: FilterHeadProps) {
  const t = useTranslations("scope");
  if (!long) return <p className="border-b px-3 py-2 font-medium text-[13px]">{label}</p>;
  return (
    <div className="border-b p-2">
      <Input
        type="search"
        value={search}
        onChange={(event) => onSearch(event.target.value)}
        placeholder={t("search")}
        aria-label={`${t("search")}: ${label}`}
      />
    </div>
  );
}

interface FilterChoicesProps {
  label: string;
  found: readonly Choice[];
  chosen: readonly string[];
  onToggle: (id: string) => void;
}

function FilterChoices({ label, found, chosen, onToggle }: FilterChoicesProps) {
  const t = useTranslations("scope");
  const prefix = useId();
  return (
    <fieldset className="max-h-72 overflow-y-auto p-1">
      <legend className="sr-only">{label}</legend>
      {found.map(({ id, name }) => (
        <label
          key={id}
          htmlFor={`${prefix}${id}`}
          className="flex min-h-8 items-center gap-2.5 rounded-md px-2 text-[13px] hover:bg-accent"
        >
          <Checkbox id={`${prefix}${id}`} checked={chosen.includes(id)} onCheckedChange={() => onToggle(id)} />
          <span className="min-w-0 break-words">{name}</span>
        </label>
      ))}
      {found.length ? null : <p className="px-2 py-3 text-[13px] text-muted-foreground">{t("nothing")}</p>}
    </fieldset>
  );
}

function FilterFoot({ disabled, onClear }: { disabled: boolean; onClear: () => void }) {
  const t = useTranslations("scope");
  return (
    <div className="border-t p-1">
      <Button variant="ghost" size="sm" className="w-full" disabled={disabled} onClick={onClear}>
        {t("clear")}
      </Button>
    </div>
  );
}
