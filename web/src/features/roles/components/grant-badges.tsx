"use client";

import { useTranslations } from "use-intl";
import { Badge } from "@/components/ui/badge";
import { useBrands } from "@/features/advertisers/queries";
import type { Grant } from "@/lib/model";
import { useRoleName } from "./role-name";

/** Each role of somebody, with the brands it is limited to. */
export function GrantBadges({ grants }: { grants: readonly Grant[] }) {
  const t = useTranslations("roles");
  const nameOf = useRoleName();
  const brands = useBrands().data ?? [];
  const names = (ids: readonly string[]) =>
    ids.map((id) => brands.find((brand) => brand.id === id)?.name ?? id).join(", ");
  return (
    <ul className="flex flex-wrap gap-1">
      {grants.map((grant) => (
        <li key={`${grant.role_id ?? grant.role}${grant.brand_ids?.join() ?? ""}`}>
          <Badge
            tone={grant.role === "owner" ? "info" : "neutral"}
            title={grant.brand_ids ? names(grant.brand_ids) : ""}
          >
            {nameOf(grant.name)}
            {grant.brand_ids ? (
              <span className="text-muted-foreground">
                ·{" "}
                {grant.brand_ids.length === 1
                  ? names(grant.brand_ids)
                  : t("brandCount", { count: grant.brand_ids.length })}
              </span>
            ) : null}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
