"use client";

import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { Problem } from "@/components/states";
import { Checkbox } from "@/components/ui/checkbox";
import { Input, Label, NativeSelect } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useBrands } from "@/features/advertisers/queries";
import { BrandChecks } from "@/features/roles/components/brand-checks";
import { usePermissions } from "@/features/roles/queries";
import { useCan } from "@/features/session/queries";
import { type Draft, LIFETIMES, type Lifetime } from "../wish";

interface DraftFieldsProps {
  draft: Draft;
  /** Whether the person sees some brands only. */
  limited: boolean;
  onChange: (draft: Draft) => void;
}

export function DraftFields({ draft, limited, onChange }: DraftFieldsProps) {
  const t = useTranslations("apiKeys");
  const id = useId();
  const put = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <>
      <Field id={`${id}name`} label={t("name")} hint={t("nameHint")}>
        <Input
          id={`${id}name`}
          value={draft.name}
          onChange={(event) => put({ name: event.target.value })}
          maxLength={120}
          required
          autoComplete="off"
        />
      </Field>
      <PermissionPicker chosen={draft.permissions} onChange={(permissions) => put({ permissions })} />
      <BrandPicker chosen={draft.brands} limited={limited} onChange={(brands) => put({ brands })} />
      <Field id={`${id}life`} label={t("lifetime")}>
        <NativeSelect
          id={`${id}life`}
          value={draft.lifetime}
          onChange={(event) => put({ lifetime: event.target.value as Lifetime })}
        >
          {LIFETIMES.map((lifetime) => (
            <option key={lifetime} value={lifetime}>
              {lifetime === "longest" ? t("longest") : t("days", { count: Number(lifetime) })}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <Field id={`${id}networks`} label={t("networks")} hint={t("networksHint")}>
        <Input
          id={`${id}networks`}
          value={draft.networks}
          onChange={(event) => put({ networks: event.target.value })}
          placeholder="203.0.113.0/24, 2001:db8::/32"
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Field id={`${id}limit`} label={t("perMinute")} hint={t("perMinuteHint")}>
        <Input
          id={`${id}limit`}
          value={draft.perMinute}
          onChange={(event) => put({ perMinute: event.target.value })}
          inputMode="numeric"
          autoComplete="off"
        />
      </Field>
    </>
  );
}

function Field({ id, label, hint, children }: { id: string; label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      {children}
      {hint ? <p className="text-muted-foreground text-xs">{hint}</p> : null}
    </div>
  );
}

interface PermissionPickerProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Of what keys can hold, what the person holds themselves. */
function PermissionPicker({ chosen, onChange }: PermissionPickerProps) {
  const t = useTranslations("apiKeys");
  const can = useCan();
  const prefix = useId();
  const permissions = usePermissions();
  if (permissions.isPending) return <Skeleton className="h-40 w-full" />;
  if (permissions.error) return <Problem error={permissions.error} onRetry={() => void permissions.refetch()} />;
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return (
    <fieldset className="grid gap-0.5">
      <legend className="mb-1.5 font-medium text-[13px]">{t("permissions")}</legend>
      {permissions.data
        .filter((each) => each.for_api_keys && can(each.name))
        .map(({ name, description }) => (
          <label
            key={name}
            htmlFor={`${prefix}${name}`}
            className="flex items-start gap-2.5 rounded-md px-1.5 py-1 hover:bg-accent"
          >
            <Checkbox
              id={`${prefix}${name}`}
              checked={chosen.includes(name)}
              onCheckedChange={() => toggle(name)}
              className="mt-0.5"
            />
            <span className="text-[13px]">
              <span className="block">{description}</span>
              <span className="block font-mono text-muted-foreground text-xs">{name}</span>
            </span>
          </label>
        ))}
    </fieldset>
  );
}

interface BrandPickerProps {
  chosen: readonly string[] | null;
  limited: boolean;
  onChange: (chosen: string[] | null) => void;
}

function BrandPicker({ chosen, limited, onChange }: BrandPickerProps) {
  const t = useTranslations("apiKeys");
  const id = useId();
  const brands = useBrands();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{t("brands")}</Label>
      <NativeSelect
        id={id}
        value={chosen === null ? "every" : "some"}
        onChange={(event) => onChange(event.target.value === "every" ? null : [])}
      >
        {limited ? null : <option value="every">{t("everyBrandNow")}</option>}
        <option value="some">{t("someBrands")}</option>
      </NativeSelect>
      {brands.error ? <Problem error={brands.error} onRetry={() => void brands.refetch()} /> : null}
      {chosen !== null && brands.data ? (
        <BrandChecks label={t("brands")} brands={brands.data} chosen={chosen} onChange={onChange} />
      ) : null}
    </div>
  );
}
