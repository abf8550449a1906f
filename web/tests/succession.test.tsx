import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { DepartureEffects } from "@/features/succession/components/departure-effects";
import { leaverOf } from "@/features/succession/components/departure-panel";
import { ServingCell } from "@/features/succession/components/serving-cell";
import { amazonUsers, covered, isSingle } from "@/features/succession/coverage";
import { SuggestionList } from "@/features/suggestions/components/suggestion-list";
import { mappingsOf, sureOnes } from "@/features/suggestions/selection";
import type { Advertiser, Connection, Departure, Suggestion } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const advertiser = (id: string, change: Partial<Advertiser> = {}): Advertiser =>
  ({
    id,
    name: `Contoso ${id}`,
    brand_id: null,
    brand_name: null,
    serving_connection_id: "c1",
    served: true,
    grants: 2,
    pinned: false,
    connection_ids: ["c1", "c2"],
    ...change,
  }) as Advertiser;
const CONNECTIONS = [
  { id: "c1", label: "One", amazon_user_name: "Morgan Vale", status: "active", discovery: { state: "done" } },
  { id: "c2", label: "Two", amazon_user_name: "Robin Achterberg", status: "active", discovery: { state: "done" } },
  { id: "c3", label: "Three", amazon_user_name: "Morgan Vale", status: "active", discovery: { state: "done" } },
] as unknown as Connection[];
const suggestion = (name: string, ids: string[], change: Partial<Suggestion> = {}): Suggestion => ({
  brand_id: null,
  brand_name: name,
  confidence: 1,
  level: "sure",
  advertisers: ids.map((id) => ({
    advertiser_id: id,
    name: `${name} ${id}`,
    confidence: 1,
    reason: "same_name",
    reason_text: `Its name is “${name}”.`,
  })),
  ...change,
});

async function violations(container: Element) {
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  return found.violations.map((one) => one.id);
}

beforeEach(() => {
  const permissions = ["connection:read", "connection:manage", "brand:manage"];
  server.use(
    http.get("*/v1/session", () => HttpResponse.json({ permissions, csrf_token: "t" })),
    http.get("*/v1/connections", () => HttpResponse.json({ items: CONNECTIONS })),
    http.get("*/v1/brands", () => HttpResponse.json({ items: [] })),
  );
});

describe("coverage", () => {
  const some = [advertiser("a"), advertiser("b", { grants: 1 }), advertiser("c", { served: false, grants: 0 })];

  it("shows the unserved first, then what hangs on one grant", () => {
    expect(covered(some, "all").map((one) => one.id)).toEqual(["c", "b", "a"]);
    expect(covered(some, "onlySingle").map((one) => one.id)).toEqual(["b"]);
    expect(covered(some, "onlyUnserved").map((one) => one.id)).toEqual(["c"]);
    expect(some.filter(isSingle)).toHaveLength(1);
  });

  it("names each Amazon user once", () => {
    expect(amazonUsers(CONNECTIONS).map((user) => user.name)).toEqual(["Morgan Vale", "Robin Achterberg"]);
  });

  it.each([
    ["connection:1", { connection_id: "1" }],
    ["user:2", { amazon_user_of: "2" }],
    ["member:3", { user_id: "3" }],
    ["", null],
    ["user:", null],
    ["nonsense", null],
  ])("reads %j from the address", (value, leaver) => {
    expect(leaverOf(value)).toEqual(leaver);
  });
});

describe("why a connection serves", () => {
  const answer = {
    advertiser_id: "a",
    connection_id: "c1",
    served: true,
    since: "2026-11-01T10:00:00Z",
    cause: "first_seen",
    cause_text: "It was the first to see the advertiser.",
    previous_connection_id: null,
    pinned_connection_id: null,
    candidates: ["c1", "c2"].map((connection_id) => ({
      connection_id,
      usable: connection_id === "c1",
      access: "edit",
      linked_at: "2026-10-01T10:00:00Z",
      reasons: [{ code: "edit_access", text: "Its Amazon user may edit the account." }],
    })),
  };

  it("is told on demand, and can be overruled", async () => {
    const pins: unknown[] = [];
    server.use(
      http.get("*/v1/advertisers/a/serving", () => HttpResponse.json(answer)),
      http.put("*/v1/advertisers/a/serving/pin", async ({ request }) => {
        pins.push(await request.json());
        return HttpResponse.json({ ...answer, pinned_connection_id: "c2" });
      }),
    );
    renderApp(<ServingCell advertiser={advertiser("a", { grants: 1 })} />);
    expect(screen.getByText("One grant")).toBeTruthy();
    await userEvent.click(await screen.findByRole("button", { name: "Why Contoso a is served by Morgan Vale" }));
    expect(await screen.findByText(/It was the first to see the advertiser/)).toBeTruthy();
    expect(await violations(screen.getByRole("dialog"))).toEqual([]);
    const second = screen.getAllByRole("listitem").find((item) => item.dataset.usable === "false");
    await userEvent.click(within(second as HTMLElement).getByRole("button", { name: "Always use this one" }));
    await waitFor(() => expect(pins).toEqual([{ connection_id: "c2" }]));
  });
});

it("tells what goes dark before what goes on", async () => {
  const one = { region: "NA", brand_id: null, brand_name: null, served_by: "c1", dark_already: false } as const;
  const departure: Departure = {
    connection_ids: ["c1"],
    advertisers: [
      { ...one, advertiser_id: "a", name: "Fabrikam", successor: null },
      { ...one, advertiser_id: "b", name: "Contoso", successor: "c2" },
    ],
    instances: [{ instance_id: "i", name: "Instance", account_name: "AMC US", successor: null }],
    dark_advertisers: 1,
    dark_instances: 1,
  };
  const { container } = renderApp(<DepartureEffects departure={departure} connections={CONNECTIONS} />);
  expect(screen.getByRole("region", { name: "1 advertiser goes dark" }).textContent).toContain("Fabrikam");
  expect(screen.getByText("1 AMC instance goes dark")).toBeTruthy();
  expect(screen.getByText("through Robin Achterberg")).toBeTruthy();
  expect(await violations(container)).toEqual([]);
});

describe("suggestions", () => {
  const some = [
    suggestion("Contoso", ["1", "2"]),
    suggestion("Fabrikam", ["3"], { brand_id: "b9", level: "likely", confidence: 0.85 }),
  ];

  it("become mappings of what is selected only", () => {
    const selected = new Set(["1", "3"]);
    expect(mappingsOf(some, selected, {}, { kind: "suggested" })).toEqual([
      { advertiser_id: "1", brand_id: null, new_brand_name: "Contoso" },
      { advertiser_id: "3", brand_id: "b9" },
    ]);
    expect(mappingsOf(some, selected, {}, { kind: "brand", id: "b1" })).toEqual([
      { advertiser_id: "1", brand_id: "b1" },
      { advertiser_id: "3", brand_id: "b1" },
    ]);
    expect(mappingsOf(some, new Set(["2"]), { "new:1": " Renamed " }, { kind: "suggested" })).toEqual([
      { advertiser_id: "2", brand_id: null, new_brand_name: "Renamed" },
    ]);
    expect(sureOnes(some)).toEqual(["1", "2"]);
  });

  it("are never applied before somebody accepts, and then by keyboard alone", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.put("*/v1/advertisers/brands", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ items: [] });
      }),
    );
    const { container } = renderApp(<SuggestionList suggestions={some} />);
    const boxes = await screen.findAllByRole("checkbox");
    expect(bodies).toEqual([]);
    expect(await violations(container)).toEqual([]);
    boxes[0]?.focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown} ");
    expect(document.activeElement).toBe(boxes[2]);
    expect(screen.getByTestId("suggestion-bar").dataset.selected).toBe("1");
    await userEvent.keyboard("{Enter}");
    await waitFor(() =>
      expect(bodies).toEqual([{ mappings: [{ advertiser_id: "2", brand_id: null, new_brand_name: "Contoso" }] }]),
    );
  });

  it("stay usable with five hundred advertisers", async () => {
    const many = Array.from({ length: 125 }, (_, n) =>
      suggestion(
        `Brand ${n}`,
        [0, 1, 2, 3].map((m) => `${n}-${m}`),
      ),
    );
    renderApp(<SuggestionList suggestions={many} />);
    fireEvent.click(await screen.findByRole("button", { name: "Select all that are sure" }));
    expect(screen.getByTestId("suggestion-bar").dataset.selected).toBe("500");
  }, 30_000);
});
