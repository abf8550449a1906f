import type { BrandMapping, Suggestion } from "@/lib/model";

/** Stable while suggestions come and go: an existing brand's id, or the first advertiser of a new one. */
export const keyOf = (suggestion: Suggestion): string =>
  suggestion.brand_id ?? `new:${suggestion.advertisers[0]?.advertiser_id ?? ""}`;

/** What to do with the selection: as suggested, one existing brand for all, or one new brand for all. */
export type Target = { kind: "suggested" } | { kind: "brand"; id: string } | { kind: "new"; name: string };

/** The mappings of what is selected; `names` are the new brands' names as a person changed them. */
export function mappingsOf(
  suggestions: readonly Suggestion[],
  selected: ReadonlySet<string>,
  names: Readonly<Record<string, string>>,
  target: Target,
): BrandMapping[] {
  return suggestions.flatMap((suggestion) =>
    suggestion.advertisers
      .filter((one) => selected.has(one.advertiser_id))
      .map((one) => ({ advertiser_id: one.advertiser_id, ...brandOf(suggestion, names, target) })),
  );
}

function brandOf(
  suggestion: Suggestion,
  names: Readonly<Record<string, string>>,
  target: Target,
): Pick<BrandMapping, "brand_id" | "new_brand_name"> {
  if (target.kind === "brand") return { brand_id: target.id };
  if (target.kind === "new") return { brand_id: null, new_brand_name: target.name };
  if (suggestion.brand_id) return { brand_id: suggestion.brand_id };
  return { brand_id: null, new_brand_name: names[keyOf(suggestion)]?.trim() || suggestion.brand_name };
}

/** Advertisers of suggestions that are sure. */
export const sureOnes = (suggestions: readonly Suggestion[]): string[] =>
  suggestions.filter((one) => one.level === "sure").flatMap((one) => one.advertisers.map((a) => a.advertiser_id));

export function toggled(selected: ReadonlySet<string>, ids: readonly string[], on: boolean): Set<string> {
  const next = new Set(selected);
  for (const id of ids) on ? next.add(id) : next.delete(id);
  return next;
}
