import type { Advertiser, BrandMapping } from "@/lib/model";

/** One new brand for each advertiser that has none, named after it. */
export function brandPerUnassigned(advertisers: readonly Advertiser[]): BrandMapping[] {
  return advertisers
    .filter((advertiser) => advertiser.brand_id === null)
    .map((advertiser) => ({ advertiser_id: advertiser.id, brand_id: null, new_brand_name: advertiser.name }));
}
