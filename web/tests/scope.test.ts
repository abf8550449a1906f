import { describe, expect, it } from "vitest";
import { brandPerUnassigned } from "@/features/advertisers/mapping";
import { dailySeries } from "@/features/metrics/daily";
import { currencyScope, gapsShown } from "@/features/metrics/scope";
import type { Advertiser, Freshness, MetricsResult } from "@/lib/model";

const result = {
  rows: [
    { date: "2026-11-01", currency: "EUR", total_cost: 0.1 },
    { date: "2026-11-01", currency: "USD", total_cost: 9 },
    { date: "2026-11-03", currency: "EUR", total_cost: 0.2 },
  ],
  totals: [
    { currency: "EUR", total_cost: 0.3, impressions: 10 },
    { currency: "USD", total_cost: 9, impressions: 90 },
  ],
} as unknown as MetricsResult;

describe("currencyScope", () => {
  it("shows the asked currency and leaves its total as the server gave it", () => {
    expect(currencyScope(result, "EUR")).toMatchObject({ shown: "EUR", totals: { total_cost: 0.3 } });
  });

  it("falls back to the busiest currency when the asked one is not in scope", () => {
    expect(currencyScope(result, "JPY")).toMatchObject({ shown: "USD", currencies: ["EUR", "USD"] });
  });
});

describe("dailySeries", () => {
  it("has each day of the range, only the shown currency, and no zero for a day without data", () => {
    expect(dailySeries(result, "EUR", { start: "2026-11-01", end: "2026-11-03" })).toEqual([
      { date: "2026-11-01", currency: "EUR", total_cost: 0.1 },
      { date: "2026-11-02" },
      { date: "2026-11-03", currency: "EUR", total_cost: 0.2 },
    ]);
  });
});

describe("gapsShown", () => {
  it("leaves out advertisers billed in another currency and gaps without days", () => {
    const gap = (advertiser_id: string, dates: string[]) => ({ advertiser_id, advertiser_name: advertiser_id, dates });
    const items = [
      { advertiser_id: "a", currency: "EUR" },
      { advertiser_id: "b", currency: "USD" },
    ] as Freshness[];
    const gaps = [gap("a", ["2026-11-02"]), gap("b", ["2026-11-02"]), gap("c", [])];
    expect(gapsShown(gaps, items, "EUR").map((one) => one.advertiser_id)).toEqual(["a"]);
  });
});

describe("brandPerUnassigned", () => {
  it("makes one brand for each advertiser without one, and touches no other", () => {
    const advertisers = [
      { id: "1", name: "Acme", brand_id: null },
      { id: "2", name: "Bolt", brand_id: "b" },
    ] as Advertiser[];
    expect(brandPerUnassigned(advertisers)).toEqual([{ advertiser_id: "1", brand_id: null, new_brand_name: "Acme" }]);
  });
});
