import type { Advertiser, Connection } from "@/lib/model";

export const COVERAGES = ["all", "onlySingle", "onlyUnserved"] as const;
export type Coverage = (typeof COVERAGES)[number];

/** One working grant: it goes dark with that person. */
export const isSingle = (advertiser: Advertiser): boolean => advertiser.served && advertiser.grants === 1;

export function covered(advertisers: readonly Advertiser[], coverage: Coverage): Advertiser[] {
  const rank = (one: Advertiser) => (one.served ? Math.min(one.grants, 2) : 0);
  const kept = advertisers.filter(
    (one) => coverage === "all" || (coverage === "onlySingle" ? isSingle(one) : !one.served),
  );
  return kept.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export const nameOf = (connections: readonly Connection[] | undefined, id: string | null): string | null => {
  const found = connections?.find((connection) => connection.id === id);
  return found ? found.amazon_user_name || found.label : null;
};

/** The Amazon users behind connections, each with one of theirs to ask about. */
export function amazonUsers(connections: readonly Connection[]): { name: string; connectionId: string }[] {
  const users = new Map<string, string>();
  for (const one of connections) {
    if (one.status === "active" && one.amazon_user_name && !users.has(one.amazon_user_name)) {
      users.set(one.amazon_user_name, one.id);
    }
  }
  return [...users].map(([name, connectionId]) => ({ name, connectionId }));
}
