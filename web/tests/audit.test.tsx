import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { AuditLog } from "@/features/audit/components/audit-log";
import { type AuditState, exportHref, filterOf, parseState, writeState } from "@/features/audit/state";
import { jsonLines, KNOWN, noted } from "@/features/audit/verification";
import { renderApp } from "./app";
import { server } from "./setup";

const HASH = "ab".repeat(32);
const ANA = { kind: "user", id: "u1", name: "Ana" };
const ENTRY = {
  sequence: 7,
  occurred_at: "2026-03-01T12:00:00Z",
  service: "auth",
  action: "brand.changed",
  operation: "changeBrand",
  actor: ANA,
  impersonator: null,
  brands: [{ id: "b1", name: "Contoso" }],
  every_brand: false,
  target: { type: "brand", id: "b1" },
  outcome: "allowed",
  code: "",
  count: 1,
  ip: "203.0.113.7",
  user_agent: "Firefox",
  request_id: "r1",
  details: { before_days: 400 },
  hash: HASH,
};
const POINT = { sequence: 7, hash: HASH };
const VERDICT = { state: "intact", checked: 7, total: 7, head: POINT, anchor: POINT, broken: 0, breaks: [] };

const bare = (): AuditState => parseState(new URLSearchParams());

interface Answers {
  items?: unknown[];
  limited?: boolean;
  permissions?: string[];
  lines?: unknown[];
}

function serve({ items = [ENTRY], limited = false, permissions = ["audit:read"], lines = [VERDICT] }: Answers = {}) {
  const asked: URLSearchParams[] = [];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  server.use(
    http.get("*/v1/session", () => HttpResponse.json({ csrf_token: "t", permissions })),
    http.get("*/v1/brands", () => HttpResponse.json({ items: [{ id: "b1", name: "Contoso" }] })),
    http.get("*/v1/audit/facets", () => HttpResponse.json({ actors: [ANA], actions: ["brand.changed"] })),
    http.get("*/v1/audit/retention", () =>
      HttpResponse.json({ days: 400, min_days: 90, max_days: 3660, head: POINT, anchor: POINT }),
    ),
    http.get("*/v1/audit/verification", () => new HttpResponse(text)),
    http.get("*/v1/audit", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const older = query.get("before");
      return HttpResponse.json({ items: older ? [] : items, before: older ? null : 7, limited });
    }),
  );
  return asked;
}

function Held() {
  const [state, setState] = useState(bare());
  return <AuditLog state={state} onChange={setState} />;
}

describe("audit log", () => {
  it("tells entries in sentences, also as whom and what was refused", async () => {
    const viewed = { ...ENTRY, sequence: 8, impersonator: { kind: "user", id: "u2", name: "Boss" } };
    const refused = { ...ENTRY, sequence: 9, outcome: "refused", code: "permission_missing", count: 12 };
    serve({ items: [refused, viewed, ENTRY] });
    renderApp(<Held />);
    expect(await screen.findByText("Ana changed a brand")).toBeDefined();
    expect(screen.getByText("Boss, viewing as Ana, changed a brand")).toBeDefined();
    const row = screen.getByText("Ana would have changed a brand").closest("tr") as HTMLElement;
    expect(within(row).getByText("Refused")).toBeDefined();
    expect(within(row).getByText("×12")).toBeDefined();
    expect(within(row).getByText("Contoso")).toBeDefined();
  });

  it("names actions that this release does not know yet", async () => {
    serve({ items: [{ ...ENTRY, action: "moon.landed" }] });
    renderApp(<Held />);
    expect(await screen.findByText("Ana did “moon.landed”")).toBeDefined();
  });

  it("opens all that is known of an entry", async () => {
    serve();
    renderApp(<Held />);
    await userEvent.click(await screen.findByRole("button", { name: "Ana changed a brand" }));
    const drawer = within(screen.getByRole("dialog"));
    for (const text of ["203.0.113.7", "Firefox", "changeBrand", "400", "brand b1"])
      expect(drawer.getByText(text)).toBeDefined();
  });

  it("asks again with what was chosen, and for older entries", async () => {
    const asked = serve();
    renderApp(<Held />);
    await screen.findByText("Ana changed a brand");
    await userEvent.selectOptions(screen.getByLabelText("Outcome"), "refused");
    await userEvent.selectOptions(await screen.findByLabelText("Who"), "u1");
    await userEvent.selectOptions(screen.getByLabelText("Show"), "changes");
    await screen.findByText("Ana changed a brand");
    expect(asked.at(-1)?.get("outcome")).toBe("refused");
    expect(asked.at(-1)?.get("actor_id")).toBe("u1");
    expect(asked.at(-1)?.get("show")).toBe("changes");
    await userEvent.click(screen.getByRole("button", { name: "Show older entries" }));
    expect(asked.at(-1)?.get("before")).toBe("7");
  });

  it("shows the verdict of a check, with the head to note elsewhere", async () => {
    serve({ lines: [{ ...VERDICT, state: "running", checked: 3 }, VERDICT] });
    renderApp(<Held />);
    await userEvent.click(await screen.findByRole("button", { name: "Verify the chain" }));
    expect(await screen.findByText(/^Intact: all 7 entries/)).toBeDefined();
    expect(screen.getByText(`7:${HASH}`)).toBeDefined();
  });

  it("says where a chain is broken", async () => {
    const breaks = [
      { kind: "removed", sequence: 3, through: 4 },
      { kind: "changed", sequence: 6, through: 6 },
    ];
    serve({ lines: [{ ...VERDICT, state: "broken", broken: 2, breaks }] });
    renderApp(<Held />);
    await userEvent.click(await screen.findByRole("button", { name: "Verify the chain" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Broken in 2 places.");
    expect(screen.getByText("Entries 3 to 4 are missing.")).toBeDefined();
    expect(screen.getByText("Entry 6 was changed.")).toBeDefined();
  });

  it("does not call a check that was cut off intact", async () => {
    serve({ lines: [{ ...VERDICT, state: "running", checked: 3 }] });
    renderApp(<Held />);
    await userEvent.click(await screen.findByRole("button", { name: "Verify the chain" }));
    expect((await screen.findByRole("alert")).textContent).toContain("cut off");
  });

  it("tells people of some brands so, without the check and the retention", async () => {
    serve({ limited: true });
    renderApp(<Held />);
    expect(await screen.findByTestId("audit-limited")).toBeDefined();
    expect(screen.queryByTestId("audit-verify")).toBeNull();
    expect(screen.queryByTestId("audit-retention")).toBeNull();
  });

  it("lets only those who manage the organization change the retention", async () => {
    serve();
    const { unmount } = renderApp(<Held />);
    expect(await screen.findByText("Entries are kept for 400 days.")).toBeDefined();
    unmount();
    serve({ permissions: ["audit:read", "organization:manage"] });
    renderApp(<Held />);
    expect(await screen.findByLabelText("Keep entries for days")).toHaveProperty("value", "400");
  });

  it("says what went wrong, and that nothing was found", async () => {
    serve({ items: [] });
    renderApp(<Held />);
    expect(await screen.findByText("Nothing was recorded yet")).toBeDefined();
  });
});

describe("filters in the URL", () => {
  const full: AuditState = {
    actor: "u1",
    action: "brand.changed",
    brand: "b1",
    outcome: "failed",
    since: "2026-03-01",
    until: "2026-03-02",
    show: "looks",
  };

  it("come back as they were written, and leave out what is malformed", () => {
    expect(parseState(new URLSearchParams(writeState(full)))).toEqual(full);
    const odd = "actor=<x>&action=DROP&outcome=maybe&show=all&since=soon&until=&brand=a%20b";
    expect(parseState(new URLSearchParams(odd))).toEqual(bare());
  });

  it("end with the last day whole", () => {
    const { since = "", until = "" } = filterOf(full);
    expect(Date.parse(until) - Date.parse(since)).toBe(2 * 24 * 3_600_000);
    expect(exportHref("csv", bare())).toBe("/v1/audit/export.csv");
    expect(exportHref("jsonl", { ...bare(), action: "brand.changed" })).toBe(
      "/v1/audit/export.jsonl?action=brand.changed",
    );
  });
});

describe("lines of a check", () => {
  it("are read wherever the network cut them", async () => {
    const bytes = new TextEncoder().encode('{"n":1}\n{"t":"ż"}\n{"n":3}');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const read: unknown[] = [];
    for await (const line of jsonLines(stream)) read.push(line);
    expect(read).toEqual([{ n: 1 }, { t: "ż" }, { n: 3 }]);
  });

  it("name heads as the API takes them", () => {
    expect(KNOWN.test(noted(POINT))).toBe(true);
    expect(KNOWN.test("7:xyz")).toBe(false);
  });
});
