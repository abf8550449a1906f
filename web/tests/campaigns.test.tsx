import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { CampaignBrowser } from "@/features/campaigns/components/browser";
import { type CampaignsState, drill, endOf, filterOf, parseState, writeState } from "@/features/campaigns/state";
import { renderApp } from "./app";
import { server } from "./setup";

const BASE = {
  advertiser_id: "a1",
  advertiser_name: "Contoso US",
  brand_id: "b1",
  currency: "USD",
  deleted: false,
  certainty: "seen",
  missing_since: null,
  amazon_created_at: "2026-01-01T00:00:00Z",
  amazon_updated_at: "2026-02-01T00:00:00Z",
  seen_at: "2026-02-01T01:00:00Z",
  valid_from: "2026-02-01T00:00:00Z",
  valid_to: null,
  state: "ENABLED",
};
const CAMPAIGN = {
  ...BASE,
  id: "111",
  name: "Spring",
  delivery_status: "DELIVERING",
  delivery_reasons: [],
  budget_micros: 5_000_000_000,
  budget_period: "LIFETIME",
  starts_at: "2026-01-01T00:00:00Z",
  ends_at: "2026-03-31T00:00:00Z",
  ad_group_count: 2,
};
const GROUP = { ...CAMPAIGN, id: "222", name: "Prospecting", campaign_id: "111", base_bid_micros: 4_000_000 };
const VERSIONS = [
  {
    id: "9",
    entity_id: "111",
    advertiser_id: "a1",
    currency: "USD",
    change: "changed",
    fields: { name: "Spring", state: "ENABLED", budget_micros: 5_000_000_000, flights: [] },
    changes: [
      { field: "budget_micros", before: 4_000_000_000, after: 5_000_000_000 },
      { field: "flights", before: null, after: null },
    ],
    deleted: false,
    amazon_updated_at: "2026-02-01T00:00:00Z",
    seen_at: "2026-02-01T01:00:00Z",
    valid_from: "2026-02-01T00:00:00Z",
    valid_to: null,
  },
];
const LISTING = {
  advertiser_id: "a1",
  advertiser_name: "Contoso US",
  listed_at: "2026-02-01T01:00:00Z",
  error_code: null,
};

interface Answers {
  campaigns?: unknown[];
  changes?: unknown[];
  listings?: unknown[];
}

function serve({ campaigns = [CAMPAIGN], changes = [], listings = [LISTING] }: Answers = {}) {
  const asked: URL[] = [];
  const list = (items: unknown[]) => () => HttpResponse.json({ items, next_cursor: null });
  const noted =
    (items: unknown[]) =>
    ({ request }: { request: Request }) => {
      asked.push(new URL(request.url));
      return HttpResponse.json({ items, next_cursor: null, has_more: false });
    };
  server.use(
    http.get("*/v1/brands", list([])),
    http.get("*/v1/campaigns/listings", list(listings)),
    http.get("*/v1/campaigns/versions", list(VERSIONS)),
    http.get("*/v1/campaigns/changes", noted(changes)),
    http.get("*/v1/campaigns", noted(campaigns)),
    http.get("*/v1/ad-groups", noted([GROUP])),
    http.get("*/v1/ads", noted([])),
  );
  return asked;
}

const bare = (): CampaignsState => parseState(new URLSearchParams());

function Held({ from = bare() }: { from?: CampaignsState }) {
  const [state, setState] = useState(from);
  return <CampaignBrowser state={state} onChange={setState} />;
}

describe("campaign setup", () => {
  it("shows what is booked, and leads down into a campaign", async () => {
    const asked = serve();
    renderApp(<Held />);
    const row = (await screen.findByText("Spring")).closest("tr") as HTMLElement;
    for (const text of ["Delivering", "$5,000.00", "whole time", "Jan 1, 2026 – Mar 31, 2026"])
      expect(within(row).getByText(text)).toBeDefined();
    await userEvent.click(within(row).getByRole("button", { name: "Spring" }));
    expect(await screen.findByText("Prospecting")).toBeDefined();
    expect(asked.at(-1)?.searchParams.getAll("campaign_id")).toEqual(["111"]);
    await userEvent.click(screen.getByRole("button", { name: "All campaigns" }));
    expect(await screen.findByText("Spring")).toBeDefined();
  });

  it("tells the history: from, to, when Amazon says and when it was seen", async () => {
    serve();
    renderApp(<Held />);
    await userEvent.click(await screen.findByRole("button", { name: "History of Spring" }));
    const drawer = within(await screen.findByRole("dialog"));
    const line = within(await drawer.findByTestId("timeline"));
    expect(line.getByText("$4,000.00")).toBeDefined();
    expect(line.getByText("$5,000.00")).toBeDefined();
    expect(line.getByText(/says Amazon\. Seen/)).toBeDefined();
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("asks for a day, and leaves empty what nobody can know of it", async () => {
    const unknown = { ...CAMPAIGN, certainty: "unknown", state: null, budget_micros: null, delivery_status: null };
    const asked = serve({ campaigns: [unknown] });
    renderApp(<Held from={{ ...bare(), on: "2026-01-15" }} />);
    const row = (await screen.findByText("Spring")).closest("tr") as HTMLElement;
    expect(within(row).getByText("Not known")).toBeDefined();
    expect(row.querySelector("[data-budget]")?.textContent).toContain("–");
    expect(asked.at(-1)?.searchParams.get("at")).toBe(endOf("2026-01-15", Date.now()));
    expect(screen.getByTestId("campaigns-on").textContent).toContain("Jan 15, 2026");
  });

  it("searches after a pause, narrows by state, and says when nothing is found", async () => {
    const asked = serve({ campaigns: [] });
    renderApp(<Held />);
    await userEvent.type(await screen.findByLabelText("Name or id"), "sum");
    await waitFor(() => expect(asked.at(-1)?.searchParams.get("q")).toBe("sum"));
    await userEvent.selectOptions(screen.getByLabelText("State"), "PAUSED");
    expect(await screen.findByText("Nothing matches these filters")).toBeDefined();
    expect(asked.at(-1)?.searchParams.getAll("state")).toEqual(["PAUSED"]);
  });

  it("says that lists are being read, and what holds one up", async () => {
    const waiting = { ...LISTING, listed_at: null, error_code: "reauth_required", error_detail: "Consent ended." };
    serve({ campaigns: [], listings: [waiting] });
    renderApp(<Held />);
    expect(await screen.findByText("Campaigns are being listed")).toBeDefined();
    expect(screen.getByText("1 advertiser waits").getAttribute("title")).toContain("Consent ended.");
  });

  it("shows changes, the newest first, and opens what changed", async () => {
    const change = {
      ...VERSIONS[0],
      kind: "campaign",
      advertiser_name: "Contoso US",
      campaign_id: "111",
      ad_group_id: null,
      ad_id: null,
      brand_id: null,
      name: "Spring",
    };
    const asked = serve({ changes: [change] });
    renderApp(<Held from={{ ...bare(), view: "changes", field: "budget_micros" }} />);
    const feed = within(await screen.findByTestId("change-feed"));
    expect(feed.getByText("$4,000.00")).toBeDefined();
    expect(asked.at(-1)?.searchParams.getAll("field")).toEqual(["budget_micros"]);
    await userEvent.click(feed.getByRole("button", { name: "Spring" }));
    expect(await screen.findByTestId("timeline")).toBeDefined();
  });

  it("draws only some of many rows", async () => {
    const many = Array.from({ length: 900 }, (_, at) => ({ ...CAMPAIGN, id: `${at}`, name: `Campaign ${at}` }));
    serve({ campaigns: many });
    renderApp(<Held />);
    expect(await screen.findByText("Campaign 0")).toBeDefined();
    expect(screen.getByTestId("entity-count").getAttribute("data-rows")).toBe("900");
    expect(screen.queryByText("Campaign 300")).toBeNull();
  });

  it("says what went wrong", async () => {
    serve();
    const problem = {
      title: "Down",
      code: "down",
      detail: "Down for now.",
      hint: "",
      retryable: true,
      request_id: "r1",
    };
    server.use(http.get("*/v1/campaigns", () => HttpResponse.json(problem, { status: 503 })));
    renderApp(<Held />);
    expect((await screen.findByRole("alert")).textContent).toContain("Down for now.");
  });
});

describe("the URL of the campaign setup", () => {
  const full: CampaignsState = {
    view: "ad",
    campaign: "1",
    group: "2",
    q: "a & b",
    brand: "b1",
    state: "PAUSED",
    deleted: true,
    on: "2026-01-31",
    field: "name",
    open: { kind: "ad_group", id: "7" },
  };

  it("comes back as it was written, without what is malformed", () => {
    expect(parseState(new URLSearchParams(writeState(full)))).toEqual(full);
    const odd = "view=moon&campaign=%27&state=ON&on=2026-13-45&open=ad~%3Cx%3E&field=A";
    expect(parseState(new URLSearchParams(odd))).toEqual(bare());
    expect(writeState(bare())).toBe("");
  });

  it("asks for the end of a day that is over", () => {
    const now = new Date(2026, 0, 20).getTime();
    expect(endOf("2026-01-19", now)).toBe(new Date(2026, 0, 19, 23, 59, 59).toISOString());
    expect(endOf("2026-01-20", now)).toBeNull();
    expect(filterOf({ ...bare(), on: "2026-01-20" }, now)).toEqual({});
  });

  it("drills down level by level", () => {
    expect(drill(bare(), "campaign", "1")).toMatchObject({ view: "ad_group", campaign: "1" });
    expect(drill(bare(), "ad_group", "2")).toMatchObject({ view: "ad", group: "2" });
    expect(drill(bare(), "ad", "3").open).toEqual({ kind: "ad", id: "3" });
  });
});
