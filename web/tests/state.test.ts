import { describe, expect, it } from "vitest";
import { previousRange, rangeOf } from "@/features/metrics/periods";
import { type DashboardState, drillInto, parseState, writeState } from "@/features/metrics/state";

const parse = (search: string) => parseState(new URLSearchParams(search));
const TODAY = "2026-03-02";

describe("dashboard state in the URL", () => {
  it("is empty for the defaults", () => {
    expect(writeState(parse(""))).toBe("");
  });

  it("survives being written and read again", () => {
    const state: DashboardState = {
      period: { preset: "custom", start: "2026-01-30", end: "2026-02-02" },
      brands: ["b1", "b2"],
      advertisers: ["a1"],
      currency: "EUR",
      level: "line_item",
      order: "576644052735996797",
      lineItem: null,
      sort: { field: "roas", descending: false },
      chart: ["roas", null],
    };
    expect(parse(writeState(state))).toEqual(state);
  });

  it("reads what it does not know as the default", () => {
    const state = parse(
      "period=last_century&level=galaxy&sort=-secrets&chart=none&currency=euro&start=2026-02-31&end=x",
    );
    expect(state).toEqual(parse(""));
  });

  it("puts a custom range given backwards the right way round", () => {
    expect(parse("start=2026-02-10&end=2026-02-01").period).toEqual({
      preset: "custom",
      start: "2026-02-01",
      end: "2026-02-10",
    });
  });

  it("drills from campaign to line item to creative, keeping the filters above", () => {
    const lineItems = drillInto(parse("brand=b1"), "o1");
    expect(lineItems).toMatchObject({ level: "line_item", order: "o1", brands: ["b1"] });
    const creatives = drillInto(lineItems as DashboardState, "l1");
    expect(creatives).toMatchObject({ level: "creative", order: "o1", lineItem: "l1" });
    expect(drillInto(creatives as DashboardState, "c1")).toBeNull();
  });
});

describe("periods", () => {
  it("ends the last n days yesterday, across a month's end", () => {
    expect(rangeOf({ preset: "last_7_days" }, TODAY)).toEqual({ start: "2026-02-23", end: "2026-03-01" });
    expect(rangeOf({ preset: "yesterday" }, "2026-03-01")).toEqual({ start: "2026-02-28", end: "2026-02-28" });
  });

  it("holds today in this month", () => {
    expect(rangeOf({ preset: "this_month" }, TODAY)).toEqual({ start: "2026-03-01", end: "2026-03-02" });
  });

  it("compares with as many days before, and never when a day is still under way", () => {
    expect(previousRange({ start: "2026-02-23", end: "2026-03-01" }, TODAY)).toEqual({
      start: "2026-02-16",
      end: "2026-02-22",
    });
    expect(previousRange({ start: "2026-03-01", end: TODAY }, TODAY)).toBeNull();
  });
});
