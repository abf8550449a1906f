"use client";

import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Checkbox } from "@/components/ui/checkbox";
import { Input } from "@/components/ui/input";
import type { Brand } from "@/lib/model";

interface BrandChecksProps {
  label: string;
  brands: readonly Brand[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

const SEARCH_FROM = 8;

/** Several of the brands, with a search when there are many. */
export function BrandChecks({ label, brands, chosen, onChange }: BrandChecksProps) {
  const t = useTranslations("roles");
  const scope = useTranslations("scope");
  const prefix = useId();
  const [search, setSearch] = useState("");
  const found = brands.filter((brand) => brand.name.toLowerCase().includes(search.trim().toLowerCase()));
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  if (!brands.length) return <p className="text-[13px] text-muted-foreground">{t("noBrands")}</p>;
  return (
    <fieldset className="grid gap-1.5">
      <legend className="sr-only">{label}</legend>
      {brands.length >= SEARCH_FROM ? (
        <Input
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder={scope("search")}
          aria-label={`${scope("search")}: ${label}`}
        />
      ) : null}
      <div className="max-h-40 overflow-y-auto">
        {found.map(({ id, name }) => (
          <label
            key={id}
            htmlFor={`${prefix}${id}`}
            className="flex min-h-8 items-center gap-2.5 rounded-md px-1 text-[13px] hover:bg-accent"
          >
            <Checkbox id={`${prefix}${id}`} checked={chosen.includes(id)} onCheckedChange={() => toggle(id)} />
            <span className="min-w-0 break-words">{name}</span>
          </label>
        ))}
        {found.length ? null : <p className="px-1 py-2 text-[13px] text-muted-foreground">{scope("nothing")}</p>}
      </div>
    </fieldset>
  );
}
