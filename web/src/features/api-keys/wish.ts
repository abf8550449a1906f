import type { Tone } from "@/components/ui/badge";
import type { ApiKey, ApiKeyWish } from "@/lib/model";

const DAY_MS = 86_400_000;
const EXPIRING_DAYS = 14;

/** How long a key can be made to live; "longest" is what the installation allows. */
export const LIFETIMES = ["7", "30", "90", "180", "longest"] as const;
export type Lifetime = (typeof LIFETIMES)[number];

export interface Draft {
  name: string;
  permissions: readonly string[];
  /** null: every brand. */
  brands: readonly string[] | null;
  networks: string;
  perMinute: string;
  lifetime: Lifetime;
}

export type Lacking = "name" | "permissions" | "brands" | "limit" | null;

/** What keeps the form from being sent. */
export function lackingIn(draft: Draft): Lacking {
  if (!draft.name.trim()) return "name";
  if (!draft.permissions.length) return "permissions";
  if (draft.brands !== null && !draft.brands.length) return "brands";
  return draft.perMinute.trim() && !/^[1-9]\d*$/.test(draft.perMinute.trim()) ? "limit" : null;
}

export function wishOf(draft: Draft, now: number): ApiKeyWish {
  const { lifetime } = draft;
  return {
    name: draft.name.trim(),
    permissions: [...draft.permissions],
    brand_ids: draft.brands === null ? null : [...draft.brands],
    allowed_networks: draft.networks.split(/[\s,;]+/).filter(Boolean),
    rate_limit_per_minute: draft.perMinute.trim() ? Number(draft.perMinute) : null,
    expires_at: lifetime === "longest" ? null : new Date(now + Number(lifetime) * DAY_MS).toISOString(),
  };
}

export type Mark = "expired" | "ownerless" | "expiring" | "rotateAdvised" | "neverUsed" | "active";

const TONES: Record<Mark, Tone> = {
  expired: "danger",
  ownerless: "danger",
  expiring: "warning",
  rotateAdvised: "warning",
  neverUsed: "neutral",
  active: "success",
};

/** What deserves a look, worst first; a key in good order is just active. */
export function marksOf(key: ApiKey, now: number): { mark: Mark; tone: Tone }[] {
  const marks: Mark[] = key.state === "active" ? [] : [key.state];
  const left = key.expires_at ? Date.parse(key.expires_at) - now : Number.POSITIVE_INFINITY;
  if (key.state === "active" && left <= EXPIRING_DAYS * DAY_MS) marks.push("expiring");
  if (key.state !== "expired" && key.rotate_advised) marks.push("rotateAdvised");
  if (!marks.length) marks.push("active");
  if (!key.last_used_at) marks.push("neverUsed");
  return marks.map((mark) => ({ mark, tone: TONES[mark] }));
}

/** A first call, ready to paste: the secret comes from the environment and stays out of the history. */
export function curlExample(origin: string): string {
  return `curl -H "Authorization: Bearer $LEADLINE_API_KEY" ${origin}/v1/brands`;
}
