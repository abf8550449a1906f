"use client";

import { useTranslations } from "use-intl";
import { formatInstantFull } from "@/lib/format";
import type { AuditEntry } from "@/lib/model";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** What a detail is called: in words where there are some, else by its own name. */
export function useDetailName(): (name: string) => string {
  const t = useTranslations("audit");
  return (name) => {
    const key = `details.${name}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : name.replaceAll("_", " ");
  };
}

/** One value of an entry's details as people read it: lists as lines, moments in their own time, ids of
 * the entry's brands and people by name. */
export function Detail({ value, entry }: { value: unknown; entry: AuditEntry }) {
  const t = useTranslations("audit");
  const detailName = useDetailName();
  if (Array.isArray(value)) {
    if (!value.length) return t("noneOfThem");
    return (
      <ul className="space-y-0.5">
        {value.map((item) => (
          <li key={JSON.stringify(item)}>
            <Detail value={item} entry={entry} />
          </li>
        ))}
      </ul>
    );
  }
  if (isGrant(value)) return <Grant grant={value} entry={entry} />;
  if (value && typeof value === "object")
    return Object.entries(value)
      .map(([key, inner]) => `${detailName(key)}: ${String(inner)}`)
      .join(", ");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (value === null) return t("noneOfThem");
  const text = String(value);
  return INSTANT.test(text) ? formatInstantFull(text) : nameOf(text, entry);
}

interface GrantDetail {
  role: string;
  brand_ids: string[] | null;
}

const isGrant = (value: unknown): value is GrantDetail =>
  typeof value === "object" && value !== null && "role" in value && "brand_ids" in value;

function Grant({ grant, entry }: { grant: GrantDetail; entry: AuditEntry }) {
  const t = useTranslations("audit");
  const brands = grant.brand_ids?.map((id) => nameOf(id, entry)).join(", ");
  return t("grant", { role: grant.role, brands: brands ?? t("everyBrand") });
}

/** Brands and people that the entry names; anything else stays as it is. */
function nameOf(id: string, entry: AuditEntry): string {
  const known = [...entry.brands, entry.actor, ...(entry.impersonator ? [entry.impersonator] : [])];
  return known.find((one) => one.id === id)?.name || id;
}
