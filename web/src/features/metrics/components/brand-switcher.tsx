"use client";

import { useId } from "react";
import { useTranslations } from "use-intl";
import { NativeSelect } from "@/components/ui/input";
import { useBrands } from "@/features/advertisers/queries";
import { useCan } from "@/features/session/queries";
import { useGo, usePath, useSearch } from "@/lib/router";
import { parseState, writeState } from "../state";

const DASHBOARD = "/";

/** Which brand the dashboard is about. From another page it leads there; nothing to choose, nothing shown. */
export function BrandSwitcher() {
  const can = useCan();
  return can("report:read") ? <Switcher /> : null;
}

function Switcher() {
  const t = useTranslations("organization");
  const id = useId();
  const brands = useBrands().data ?? [];
  const path = usePath();
  const go = useGo();
  const [params, write] = useSearch();
  const here = path === DASHBOARD;
  const chosen = here ? parseState(params).brands : [];
  if (brands.length < 2) return null;
  const choose = (brand: string) => {
    const state = parseState(here ? params : new URLSearchParams());
    const search = writeState({ ...state, brands: brand ? [brand] : [], advertisers: [], order: null, lineItem: null });
    if (here) write(search, "push");
    else go(search ? `${DASHBOARD}?${search}` : DASHBOARD);
  };
  return (
    <div className="grid gap-1 px-1.5">
      <label htmlFor={id} className="font-medium text-muted-foreground text-xs">
        {t("brand")}
      </label>
      <NativeSelect
        id={id}
        data-testid="brand-switcher"
        value={chosen.length > 1 ? "several" : (chosen[0] ?? "")}
        onChange={(event) => choose(event.target.value)}
        className="w-full"
      >
        <option value="">{t("allBrands")}</option>
        {chosen.length > 1 ? (
          <option value="several" disabled>
            {t("severalBrands", { count: chosen.length })}
          </option>
        ) : null}
        {brands.map((brand) => (
          <option key={brand.id} value={brand.id}>
            {brand.name}
          </option>
        ))}
      </NativeSelect>
    </div>
  );
}
