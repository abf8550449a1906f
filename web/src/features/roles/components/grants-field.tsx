"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useBrands } from "@/features/advertisers/queries";
import { useSession } from "@/features/session/queries";
import type { Role } from "@/lib/model";
import { type GrantDraft, newDraft, roleValue } from "../grants";
import { useRoles } from "../queries";
import { BrandChecks } from "./brand-checks";
import { useRoleName } from "./role-name";

interface GrantsFieldProps {
  drafts: readonly GrantDraft[];
  onChange: (drafts: GrantDraft[]) => void;
}

const MAX_GRANTS = 20;

/** One or more roles, each for every brand or for chosen ones. */
export function GrantsField({ drafts, onChange }: GrantsFieldProps) {
  const t = useTranslations("roles");
  const roles = useRoles();
  if (roles.isPending) return <Skeleton className="h-20 w-full" />;
  if (roles.error) return <Problem error={roles.error} onRetry={() => void roles.refetch()} />;
  const replace = (draft: GrantDraft) => onChange(drafts.map((each) => (each.key === draft.key ? draft : each)));
  const add = () => onChange([...drafts, newDraft(Math.max(...drafts.map((each) => each.key), 0) + 1)]);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium text-[13px]">{t("grants")}</legend>
      {drafts.map((draft, index) => (
        <GrantRow
          key={draft.key}
          number={index + 1}
          draft={draft}
          roles={roles.data}
          onChange={replace}
          onRemove={drafts.length > 1 ? () => onChange(drafts.filter((each) => each.key !== draft.key)) : null}
        />
      ))}
      {drafts.length < MAX_GRANTS ? (
        <Button variant="ghost" size="sm" className="justify-self-start" onClick={add}>
          <Plus aria-hidden />
          {t("addGrant")}
        </Button>
      ) : null}
    </fieldset>
  );
}

interface GrantRowProps {
  number: number;
  draft: GrantDraft;
  roles: readonly Role[];
  onChange: (draft: GrantDraft) => void;
  onRemove: (() => void) | null;
}

function GrantRow({ number, draft, roles, onChange, onRemove }: GrantRowProps) {
  const t = useTranslations("roles");
  const nameOf = useRoleName();
  const brands = useBrands();
  const own = useSession().data?.brand_ids ?? null;
  const setRole = (role: string) => onChange({ ...draft, role, brands: role === "owner" ? null : draft.brands });
  return (
    <div className="grid gap-2 rounded-md border p-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <NativeSelect
          aria-label={t("grantNumber", { number })}
          value={draft.role}
          onChange={(event) => setRole(event.target.value)}
          className="min-w-32 flex-1"
        >
          {roles.map((role) => (
            <option key={roleValue(role)} value={roleValue(role)}>
              {nameOf(role.name)}
            </option>
          ))}
        </NativeSelect>
        <NativeSelect
          aria-label={t("scopeNumber", { number })}
          value={draft.brands === null ? "every" : "some"}
          disabled={draft.role === "owner"}
          onChange={(event) => onChange({ ...draft, brands: event.target.value === "every" ? null : [] })}
          className="min-w-32 flex-1"
        >
          {own === null || draft.brands === null ? <option value="every">{t("everyBrand")}</option> : null}
          <option value="some">{t("someBrands")}</option>
        </NativeSelect>
        {onRemove ? (
          <Button variant="ghost" size="icon" aria-label={t("removeGrant", { number })} onClick={onRemove}>
            <Trash2 aria-hidden />
          </Button>
        ) : null}
      </div>
      {draft.brands !== null ? (
        <BrandChecks
          label={t("chooseBrands", { number })}
          brands={brands.data ?? []}
          chosen={draft.brands}
          onChange={(chosen) => onChange({ ...draft, brands: chosen })}
        />
      ) : null}
    </div>
  );
}
