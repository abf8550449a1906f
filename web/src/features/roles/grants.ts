import type { Grant, GrantWish, Role } from "@/lib/model";

/** A grant while it is being edited: a role by what names it in a select, and brands or (null) all. */
export interface GrantDraft {
  key: number;
  role: string;
  brands: string[] | null;
}

export const BUILT_IN = ["owner", "admin", "analyst", "viewer", "client"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

export function isBuiltIn(name: string): name is BuiltIn {
  return BUILT_IN.some((known) => known === name);
}

export const roleValue = (role: Role): string => role.id ?? role.name;

export function draftsOf(grants: readonly Grant[]): GrantDraft[] {
  return grants.map((grant, key) => ({
    key,
    role: grant.role_id ?? grant.role ?? grant.name,
    brands: grant.brand_ids,
  }));
}

export const newDraft = (key: number): GrantDraft => ({ key, role: "viewer", brands: null });

export function wishesOf(drafts: readonly GrantDraft[]): GrantWish[] {
  return drafts.map(({ role, brands }) => ({
    ...(isBuiltIn(role) ? { role } : { role_id: role }),
    brand_ids: brands,
  }));
}

/** Whether each role that is limited to brands names one. */
export function isComplete(drafts: readonly GrantDraft[]): boolean {
  return drafts.length > 0 && drafts.every((draft) => draft.brands === null || draft.brands.length > 0);
}
