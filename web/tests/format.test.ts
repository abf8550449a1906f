import { describe, expect, it } from "vitest";
import { formatChange, formatCompact, formatDay, formatInstant, formatValue } from "@/lib/format";

describe("formatValue", () => {
  it("writes money in its own currency's places", () => {
    expect(formatValue(1234.5, "money", "USD", "en-US")).toBe("$1,234.50");
    expect(formatValue(1234.5, "money", "EUR", "de-DE")).toBe("1.234,50\u00a0€");
    expect(formatValue(1234, "money", "JPY", "ja-JP")).toBe("￥1,234");
  });

  it("writes ratios as percentages and multiples with their sign", () => {
    expect(formatValue(0.00341, "ratio", "USD", "en-US")).toBe("0.34%");
    expect(formatValue(5.0371, "multiple", "USD", "en-US")).toBe("5.04×");
  });

  it("shows a dash, never a zero, where there is no value", () => {
    expect(formatValue(null, "money", "USD", "en-US")).toBe("–");
    expect(formatValue(0, "count", "USD", "en-US")).toBe("0");
  });
});

describe("formatCompact", () => {
  it("shortens axis labels by unit", () => {
    expect(formatCompact(38_400, "money", "USD", "en-US")).toBe("$38.4K");
    expect(formatCompact(0.025, "ratio", "USD", "en-US")).toBe("2.5%");
  });
});

describe("formatChange", () => {
  it("signs the relative change", () => {
    expect(formatChange(110, 100, "en-US")).toBe("+10.0%");
    expect(formatChange(95, 100, "en-US")).toBe("-5.0%");
  });

  it("compares with nothing when there was nothing before", () => {
    expect(formatChange(5, 0)).toBeNull();
    expect(formatChange(5, null)).toBeNull();
  });
});

describe("formatDay", () => {
  it("shows a calendar day without moving it into the reader's zone", () => {
    expect(formatDay("2026-11-03", "en-US")).toBe("Nov 3");
    expect(formatDay("2026-11-03", "en-GB", true)).toBe("3 Nov 2026");
  });
});

describe("an instant", () => {
  const now = new Date(2026, 10, 24, 12, 0).getTime();

  it.each<[string, Date, string]>([
    ["of today is a time", new Date(2026, 10, 24, 4, 21), "4:21 AM"],
    ["of this year has its day", new Date(2026, 0, 2, 4, 21), "Jan 2, 4:21 AM"],
    ["of another year has that, too", new Date(2027, 10, 24, 4, 21), "Nov 24, 2027, 4:21 AM"],
  ])("%s", (_what, at, expected) => {
    expect(formatInstant(at.toISOString(), now, "en-US").replace(/\u202f/g, " ")).toBe(expected);
  });
});
