"use client";

import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { NativeSelect } from "@/components/ui/input";
import { useCan } from "@/features/session/queries";
import type { Advertiser, BrandMapping } from "@/lib/model";
import { useBrands, useMapBrands } from "../queries";
import { NewBrandDialog } from "./new-brand-dialog";

const NEW = "new";

/** Assigns an advertiser to an existing brand, a new one, or none. */
export function BrandSelect({ advertiser }: { advertiser: Advertiser }) {
  const t = useTranslations("advertisers");
  const can = useCan();
  const brands = useBrands();
  const map = useMapBrands();
  const [naming, setNaming] = useState(false);
  const assign = (mapping: Omit<BrandMapping, "advertiser_id">, brand: string | undefined) =>
    map.mutate([{ advertiser_id: advertiser.id, ...mapping }], {
      onSuccess: () => {
        setNaming(false);
        toast.success(brand ? t("mapped", { name: advertiser.name, brand }) : t("unmapped", { name: advertiser.name }));
      },
      onError: (error) => toast.error(error.message),
    });
  const choose = (value: string) => {
    if (value === NEW) setNaming(true);
    else assign({ brand_id: value || null }, brands.data?.find((brand) => brand.id === value)?.name);
  };
  if (!can("brand:manage")) return advertiser.brand_name ?? t("unassigned");
  return (
    <>
      <NativeSelect
        aria-label={t("brandFor", { name: advertiser.name })}
        value={advertiser.brand_id ?? ""}
        disabled={map.isPending}
        onChange={(event) => choose(event.target.value)}
        className="w-36 sm:w-44"
      >
        <option value="">{t("unassigned")}</option>
        <BrandOptions advertiser={advertiser} />
        <option value={NEW}>{t("newBrand")}</option>
      </NativeSelect>
      <NewBrandDialog
        advertiserName={advertiser.name}
        open={naming}
        busy={map.isPending}
        onOpenChange={setNaming}
        onCreate={(name) => assign({ brand_id: null, new_brand_name: name }, name)}
      />
    </>
  );
}

/** The brand an advertiser has is listed even before the list of brands has arrived. */
function BrandOptions({ advertiser }: { advertiser: Advertiser }) {
  const brands = useBrands().data ?? [];
  const listed = brands.some((brand) => brand.id === advertiser.brand_id);
  return (
    <>
      {advertiser.brand_id && !listed ? <option value={advertiser.brand_id}>{advertiser.brand_name}</option> : null}
      {brands.map((brand) => (
        <option key={brand.id} value={brand.id}>
          {brand.name}
        </option>
      ))}
    </>
  );
}
