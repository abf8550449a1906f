import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { DownloadMenu } from "@/features/exports/components/download-menu";
import { ExportPage } from "@/features/exports/components/export-page";
import { formatBytes } from "@/features/exports/shown";
import type { ExportItem, ExportWish, MetricsQuery } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const QUERY: MetricsQuery = {
  start_date: "2026-11-01",
  end_date: "2026-11-10",
  dimensions: ["order"],
  metrics: ["clicks"],
};

function item(id: string, more: Partial<ExportItem> = {}): ExportItem {
  return {
    id,
    asked_by_kind: "user",
    asked_by: "u1",
    format: "csv",
    bom: false,
    query: QUERY,
    state: "ready",
    rows: 1200,
    parts_done: 10,
    parts_total: 10,
    bytes: 1_234_567,
    sha256: "0".repeat(64),
    error_code: null,
    error_detail: null,
    asked_at: "2026-11-11T00:00:00Z",
    started_at: null,
    finished_at: null,
    expires_at: "2026-11-18T00:00:00Z",
    brand_count: null,
    link_count: 0,
    ...more,
  };
}

const serve = (...items: ExportItem[]) =>
  server.use(http.get("*/v1/exports", () => HttpResponse.json({ items, next_cursor: null })));
const row = async (id: string) => {
  await screen.findAllByTestId("export-row");
  return document.querySelector(`[data-export-id="${id}"]`) as HTMLElement;
};

describe("exports page", () => {
  it("shows progress and what can be done, and is accessible", async () => {
    serve(
      item("e1", { state: "running", parts_done: 3, bytes: null }),
      item("e2"),
      item("e3", { state: "failed", error_detail: "The store was away." }),
    );
    const { container } = renderApp(<ExportPage />);
    const running = await row("e1");
    expect(within(running).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("30");
    expect(within(running).getByRole("button", { name: /^Cancel CSV by campaign/ })).toBeDefined();
    const link = within(await row("e2")).getByRole("link", { name: /^Download CSV by campaign/ });
    expect(link.getAttribute("href")).toBe("/v1/exports/e2/file");
    expect(within(await row("e3")).getByText("The store was away.")).toBeDefined();
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("cancels, revokes and makes links", async () => {
    const called: string[] = [];
    const note = (name: string) => () => {
      called.push(name);
      return new HttpResponse(null, { status: 204 });
    };
    server.use(
      http.post("*/v1/exports/e1/cancellation", note("cancel")),
      http.delete("*/v1/exports/e2", note("revoke")),
      http.post("*/v1/exports/e2/links", () =>
        HttpResponse.json(
          { id: "l1", path: "/v1/exports/download?token=t", made_at: "", expires_at: "" },
          { status: 201 },
        ),
      ),
    );
    serve(item("e1", { state: "pending", bytes: null }), item("e2"));
    const user = userEvent.setup();
    const write = vi.spyOn(navigator.clipboard, "writeText");
    renderApp(<ExportPage />);
    await user.click(within(await row("e1")).getByRole("button", { name: /^Cancel/ }));
    await user.click(within(await row("e2")).getByRole("button", { name: /^Copy a link/ }));
    await waitFor(() => expect(write).toHaveBeenCalledWith(expect.stringMatching(/^http.*download\?token=t$/)));
    await user.click(within(await row("e2")).getByRole("button", { name: /^Revoke/ }));
    await waitFor(() => expect(called).toEqual(["cancel", "revoke"]));
  });

  it("says so when there are none, and when they cannot be read", async () => {
    serve();
    const { unmount } = renderApp(<ExportPage />);
    expect(await screen.findByText("No exports yet")).toBeDefined();
    unmount();
    server.use(http.get("*/v1/exports", () => HttpResponse.json({ title: "Away", code: "x" }, { status: 503 })));
    renderApp(<ExportPage />);
    expect(await screen.findByRole("alert", {}, { timeout: 10_000 })).toBeDefined();
  });
});

describe("download menu", () => {
  it("has a file written in the background with the request of the table", async () => {
    const asked: ExportWish[] = [];
    server.use(
      http.post("*/v1/exports", async ({ request }) => {
        asked.push((await request.json()) as ExportWish);
        return HttpResponse.json(item("e9", { state: "pending" }), { status: 202 });
      }),
    );
    renderApp(<DownloadMenu request={QUERY} fileName="campaigns.csv" disabled={false} />);
    await userEvent.click(screen.getByRole("button", { name: "More ways to download" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "CSV in the background" }));
    await waitFor(() => expect(asked).toEqual([{ format: "csv", query: QUERY, bom: false }]));
  });
});

describe("sizes", () => {
  it.each([
    [0, "0 byte"],
    [999, "999 byte"],
    [1_234_567, "1.2 MB"],
    [5e12, "5,000 GB"],
  ])("%d is %s", (bytes, text) => expect(formatBytes(bytes, "en")).toBe(text));
});
