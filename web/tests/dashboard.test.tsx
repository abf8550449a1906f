import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Dashboard } from "@/features/metrics/components/dashboard";
import { parseState } from "@/features/metrics/state";
import type { MetricsQuery } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

vi.mock("@/features/metrics/components/daily-plot", () => ({ default: () => null }));

const AS_OF = "2026-11-24T09:00:00Z";
const total = (currency: string, cost: number) => ({
  currency,
  total_cost: cost,
  impressions: 10,
  roas: null,
  as_of: AS_OF,
});
const order = { order_id: "576644052735996797", order_name: "Launch", currency: "EUR", total_cost: 12.5, as_of: AS_OF };
const gaps = [{ advertiser_id: "a1", advertiser_name: "Acme", dates: ["2026-11-02", "2026-11-03"] }];

let tableBodies: MetricsQuery[];
let csvBodies: MetricsQuery[];

function answer(body: MetricsQuery) {
  const daily = body.dimensions?.includes("date");
  if (!daily) tableBodies.push(body);
  const rows = daily ? [] : [order];
  const totals = [total("EUR", 12.5), total("USD", 99)].filter(
    (row) => (body.filters?.currency ?? row.currency) === row.currency,
  );
  return {
    columns: [],
    rows,
    totals,
    row_count: rows.length,
    truncated: false,
    as_of: AS_OF,
    newest_as_of: AS_OF,
    gaps,
    generated_at: AS_OF,
  };
}

beforeEach(() => {
  tableBodies = [];
  csvBodies = [];
  const permissions = ["report:read", "report:export"];
  server.use(
    http.get("*/v1/session", () => HttpResponse.json({ permissions, csrf_token: "t" })),
    http.get("*/v1/metrics/catalogue", () => HttpResponse.json({ metrics: [], dimensions: [] })),
    http.get("*/v1/metrics/freshness", () => HttpResponse.json({ items: [], next_cursor: null })),
    http.post("*/v1/metrics/query", async ({ request }) =>
      HttpResponse.json(answer((await request.json()) as MetricsQuery)),
    ),
    http.post("*/v1/metrics/query.csv", async ({ request }) => {
      csvBodies.push((await request.json()) as MetricsQuery);
      return new HttpResponse("order_id\n1\n", { headers: { "Content-Type": "text/csv" } });
    }),
  );
});

function Page({ search }: { search: string }) {
  const [state, setState] = useState(parseState(new URLSearchParams(search)));
  return <Dashboard state={state} onChange={(part) => setState({ ...state, ...part })} />;
}

const SEARCH = "start=2026-11-01&end=2026-11-10&currency=EUR&brand=11111111-1111-4111-8111-111111111111&sort=-sales";

describe("dashboard", () => {
  it("asks for a CSV with the very request that filled the table", async () => {
    renderApp(<Page search={SEARCH} />);
    await screen.findByRole("button", { name: "Launch" });
    await userEvent.click(await screen.findByTestId("download-csv"));
    await waitFor(() => expect(csvBodies).toHaveLength(1));
    expect(csvBodies[0]).toEqual(tableBodies.at(-1));
    expect(csvBodies[0]).toMatchObject({
      start_date: "2026-11-01",
      end_date: "2026-11-10",
      dimensions: ["brand", "order"],
      filters: { currency: "EUR", brand_ids: ["11111111-1111-4111-8111-111111111111"] },
      sort: { field: "sales", descending: true },
    });
  });

  it("shows the money of one currency at a time and switches the table with it", async () => {
    renderApp(<Page search={SEARCH} />);
    const spend = await screen.findByTestId("kpi-total_cost");
    await waitFor(() => expect(spend.getAttribute("data-value")).toBe("12.5"));
    await userEvent.click(within(screen.getByTestId("currency-switch")).getByText("USD"));
    await waitFor(() => expect(spend.getAttribute("data-value")).toBe("99"));
    expect(spend.getAttribute("data-currency")).toBe("USD");
    await waitFor(() => expect(tableBodies.at(-1)?.filters?.currency).toBe("USD"));
  });

  it("tells the age of each number and shows no value where there is none", async () => {
    renderApp(<Page search={SEARCH} />);
    const roas = await screen.findByTestId("kpi-roas");
    await waitFor(() => expect(screen.getByTestId("kpi-roas-as-of").getAttribute("datetime")).toBe(AS_OF));
    expect(roas.getAttribute("data-value")).toBe("");
  });

  it("names the missing days", async () => {
    renderApp(<Page search={SEARCH} />);
    expect(await screen.findByText("2 days missing for Acme: Nov 2, Nov 3")).toBeDefined();
  });

  it("shows the problem with hint, request id and retry when the numbers cannot be read", async () => {
    const problem = { title: "Unavailable", detail: "Reporting is away.", hint: "Wait.", request_id: "r7" };
    server.use(http.post("*/v1/metrics/query", () => HttpResponse.json(problem, { status: 503 })));
    renderApp(<Page search={SEARCH} />);
    const alert = await screen.findByRole("alert");
    for (const text of ["Unavailable", "Reporting is away.", "Wait.", "Request r7"])
      expect(alert.textContent).toContain(text);
    expect(within(alert).getByRole("button", { name: "Try again" })).toBeDefined();
    expect(screen.queryByTestId("kpi-total_cost")).toBeNull();
  });
});
