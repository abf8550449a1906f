import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { QuotaPanel } from "@/features/syncs/components/quota-panel";
import { hoursToday } from "@/features/syncs/quota";
import type { QuotaFamily, QuotaRegion } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const FAMILY: QuotaFamily = {
  family: "report_create",
  requests: 48,
  throttled: 0,
  throttled_share: 0,
  bytes: 0,
  allowance_left: 75,
  rate_per_minute: 300,
  budget_per_minute: 300,
  blocked_seconds: 0,
};
const UNUSED = { ...FAMILY, requests: 0 };
const REGION: QuotaRegion = {
  region: "NA",
  advertisers: 3,
  requests: 60,
  throttled: 0,
  throttled_share: 0,
  refresh_requests: 9,
  refresh_measured: true,
  families: [
    FAMILY,
    { ...UNUSED, family: "report_read" },
    { ...UNUSED, family: "entities" },
    {
      ...FAMILY,
      family: "download",
      requests: 12,
      allowance_left: null,
      rate_per_minute: null,
      budget_per_minute: null,
    },
  ],
};

function answers(...items: QuotaRegion[]) {
  server.use(
    http.get("*/v1/syncs/quota", () => HttpResponse.json({ since: "2026-11-24T00:00:00Z", items, spent: [] })),
  );
}

function line(region: HTMLElement, family: string): HTMLElement {
  const found = region.querySelector<HTMLElement>(`[data-family="${family}"]`);
  if (!found) throw new Error(family);
  return found;
}

describe("the quota panel", () => {
  it("says per region what was spent, what is left, and what a refresh costs", async () => {
    answers(REGION);
    renderApp(<QuotaPanel />);
    const region = await screen.findByRole("region", { name: "North America" });
    expect(within(region).getByText("A refresh of an advertiser costs 9 requests")).toBeTruthy();
    expect(line(region, "report_create").textContent).toContain("48 spent75 left now300 of 300 per minute");
    expect(line(region, "download").textContent).toContain("12 spentnot limited");
    expect(line(region, "report_read").dataset.strain).toBe("none");
    expect(region.querySelector('[data-family="entities"]')).toBeNull();
  });

  it("shows a learned pace under its budget, and how much was throttled", async () => {
    const slow = { ...FAMILY, throttled: 12, throttled_share: 0.25, rate_per_minute: 30, blocked_seconds: 41.2 };
    answers({ ...REGION, families: [slow] });
    renderApp(<QuotaPanel />);
    const region = await screen.findByRole("region", { name: "North America" });
    const bar = within(region).getByRole("progressbar", {
      name: "Pace Amazon allows: Asking for reports, North America",
    });
    expect(bar.getAttribute("aria-valuenow")).toBe("10");
    expect(within(region).getByText("25% throttled")).toBeTruthy();
    expect(within(region).getByText("Amazon asked to wait 42 s")).toBeTruthy();
    expect(line(region, "report_create").dataset.strain).toBe("hard");
  });

  it("says that a cost is estimated before anything was measured", async () => {
    answers({ ...REGION, refresh_measured: false, refresh_requests: 10 });
    renderApp(<QuotaPanel />);
    expect((await screen.findByTestId("quota-refresh")).textContent).toBe(
      "A refresh of an advertiser costs about 10 requests (estimated)",
    );
  });

  it("says so when nothing was asked yet, and when it cannot be told", async () => {
    answers();
    const { unmount } = renderApp(<QuotaPanel />);
    expect(await screen.findByText("Nothing was asked of Amazon yet")).toBeTruthy();
    unmount();
    server.use(
      http.get("*/v1/syncs/quota", () => HttpResponse.json({ title: "No", detail: "Later" }, { status: 503 })),
    );
    renderApp(<QuotaPanel />);
    expect(await screen.findByText(/Later/)).toBeTruthy();
  });

  it("counts today from the viewer's midnight", () => {
    expect(hoursToday(new Date(2026, 10, 24, 0, 5))).toBe(1);
    expect(hoursToday(new Date(2026, 10, 24, 23, 59))).toBe(24);
  });
});
