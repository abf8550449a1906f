import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ordinal } from "@/features/connections/components/connection-list";
import { ConnectionMenu } from "@/features/connections/components/connection-menu";
import { ConnectionNotices } from "@/features/connections/components/connection-notices";
import { DisconnectDialog } from "@/features/connections/components/disconnect-dialog";
import { HealthMeter } from "@/features/connections/components/health-meter";
import { connectResult, outcome, ResultBanner } from "@/features/connections/components/result-banner";
import { observeServerTime } from "@/lib/clock";
import type { Connection } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const ID = "0198d6a0-0000-7000-8000-000000000001";
const CONNECTION: Connection = {
  id: ID,
  region: "NA",
  label: "Agency seat",
  amazon_user_name: "Morgan Vale",
  status: "active",
  credential_state: "healthy",
  error_code: null,
  discovery: { state: "done", error_code: null, finished_at: "2026-11-01T10:00:00Z", profiles: 2, advertisers: 3 },
  created_at: "2026-10-01T10:00:00Z",
  consented_at: "2026-10-01T10:00:00Z",
  consent_expires_at: "2027-10-01T10:00:00Z",
  revoked_at: null,
  handing_over: false,
  replacement: null,
  health: { score: 100, level: "good", reasons: [] },
} as unknown as Connection;
const with_ = (change: Partial<Connection>): Connection => ({ ...CONNECTION, ...change });
const PLAN = {
  connection_id: ID,
  state: "possible",
  advertisers: [
    { advertiser_id: "a1", name: "Contoso Home", brand_id: "b", brand_name: "Contoso", served_by: null },
    { advertiser_id: "a2", name: "Fabrikam Toys", brand_id: null, brand_name: null, served_by: "c2" },
  ],
  keep_history: null,
  requested_at: null,
  ended_at: null,
  error_code: null,
  manage_access_url: "https://www.amazon.com/ap/adam",
};

async function violations(container: Element) {
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  return found.violations.map((one) => one.id);
}

beforeEach(() => {
  server.use(
    http.get("*/v1/session", () =>
      HttpResponse.json({ permissions: ["connection:read", "connection:manage"], csrf_token: "t" }),
    ),
  );
});

it("numbers connections of one name, so that no two cards are announced alike", () => {
  const all = [with_({ id: "a" }), with_({ id: "b", label: "EU seat" }), with_({ id: "c" })];
  expect(all.map((one) => ordinal(all, one))).toEqual([1, 1, 2]);
});

describe("what is true after the way back from Amazon", () => {
  const failed = { connectionId: ID, code: "token_service_unavailable" };

  it("knows what an answer was about that nobody took in, and does not take the consent before for it", () => {
    sessionStorage.setItem("leadline.trip-to-amazon", JSON.stringify({ connectionId: ID, consentedBefore: "then" }));
    const result = connectResult(new URLSearchParams("error=interrupted"));
    expect(result).toEqual({ connectionId: ID, code: "interrupted", consentedBefore: "then" });
    if (!result) throw new Error("no result");
    expect(outcome(result, with_({ handing_over: true })).kind).toBe("working");
    expect(outcome(result, with_({ consented_at: "then" })).kind).toBe("failed");
    expect(outcome(result, with_({ consented_at: "now" })).kind).toBe("connected");
    sessionStorage.clear();
    expect(connectResult(new URLSearchParams("error=interrupted"))?.connectionId).toBeNull();
  });

  it("says nothing of an answer that nobody took in before it knows the connections", () => {
    const result = { connectionId: null, code: "interrupted" };
    renderApp(<ResultBanner result={result} connections={undefined} onDismiss={() => undefined} />);
    expect(screen.queryByTestId("connect-result")).toBeNull();
    renderApp(<ResultBanner result={result} connections={[]} onDismiss={() => undefined} />);
    expect(screen.getByRole("alert").textContent).toContain("interrupted");
  });

  it("reads the connection from the address", () => {
    expect(connectResult(new URLSearchParams("connected=x"))).toEqual({ connectionId: "x", code: null });
    expect(connectResult(new URLSearchParams("error=e&connection=x"))).toEqual({ connectionId: "x", code: "e" });
    expect(connectResult(new URLSearchParams(""))).toBeNull();
  });

  it.each([
    [with_({ status: "pending", handing_over: true, error_code: "amazon_unavailable" }), "working"],
    [with_({ status: "active" }), "connected"],
    [with_({ status: "pending", error_code: "code_rejected" }), "failed"],
    [
      with_({ replacement: { reason: "other_user", amazon_user_name: "Robin", expires_at: "2026-11-01T10:00:00Z" } }),
      "held",
    ],
    [undefined, "failed"],
  ] as const)("tells what the connection says by now", (connection, kind) => {
    expect(outcome(failed, connection).kind).toBe(kind);
  });

  it("does not claim success for a consent that has failed since", () => {
    const told = outcome({ connectionId: ID, code: null }, with_({ error_code: "code_rejected" }));
    expect(told).toEqual({ kind: "failed", code: "code_rejected" });
  });

  it("changes from waiting to connected when the consent arrives late", () => {
    const late = with_({ status: "pending", handing_over: true });
    const banner = (connection: Connection) => (
      <ResultBanner result={failed} connections={[connection]} onDismiss={() => {}} />
    );
    const first = renderApp(banner(late));
    expect(screen.getByTestId("connect-result").dataset.outcome).toBe("working");
    first.unmount();
    renderApp(banner(CONNECTION));
    expect(screen.getByRole("status").textContent).toContain("Amazon is connected");
  });
});

describe("health", () => {
  it("shows the score and its reasons", async () => {
    const health = {
      score: 60,
      level: "watch",
      reasons: [{ code: "consent_ends_soon", points: 40, text: "The consent ends soon." }],
    } as const;
    const { container } = renderApp(
      <HealthMeter connection={with_({ health: { ...health, reasons: [...health.reasons] } })} name="Agency seat" />,
    );
    const meter = screen.getByTestId("connection-health");
    expect(meter.dataset).toMatchObject({ score: "60", level: "watch" });
    expect(within(meter).getByText("The consent ends soon.")).toBeDefined();
    expect(within(meter).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("60");
    expect(await violations(container)).toEqual([]);
  });

  it("shows nothing for a connection without a consent", () => {
    renderApp(<HealthMeter connection={with_({ health: null })} name="x" />);
    expect(screen.queryByTestId("connection-health")).toBeNull();
  });
});

describe("notices", () => {
  it("warns of a consent that ends within thirty days, and not before", async () => {
    observeServerTime("2027-09-02T10:00:00Z");
    renderApp(<ConnectionNotices connection={CONNECTION} />);
    expect(await screen.findByTestId("consent-expiry")).toBeDefined();
    observeServerTime("2027-08-01T10:00:00Z");
    await waitFor(() => expect(screen.queryByTestId("consent-expiry")).toBeNull(), { timeout: 3000 });
  });

  it("asks who may take over and sends the answer", async () => {
    const asked = vi.fn();
    server.use(
      http.put(`*/v1/connections/${ID}/replacement`, async ({ request }) => {
        asked(await request.json());
        return HttpResponse.json(CONNECTION);
      }),
    );
    const held = { reason: "other_user", amazon_user_name: "Robin", expires_at: "2026-11-01T10:30:00Z" } as const;
    renderApp(<ConnectionNotices connection={with_({ replacement: held })} />);
    expect(screen.getByText(/Robin consented instead of Morgan Vale/)).toBeDefined();
    await userEvent.click(await screen.findByRole("button", { name: "Keep the present user" }));
    await waitFor(() => expect(asked).toHaveBeenCalledWith({ accept: false }));
  });
});

describe("disconnecting", () => {
  it("shows what stops and what goes on, and keeps history unless told otherwise", async () => {
    const asked: string[] = [];
    server.use(
      http.get(`*/v1/connections/${ID}/disconnection`, () => HttpResponse.json(PLAN)),
      http.delete(`*/v1/connections/${ID}`, ({ request }) => {
        asked.push(new URL(request.url).searchParams.get("keep_history") ?? "");
        return HttpResponse.json({ ...PLAN, state: "ending" }, { status: 202 });
      }),
    );
    const closed = vi.fn();
    renderApp(<DisconnectDialog connection={CONNECTION} name="Agency seat" onClose={closed} />);
    const dialog = await screen.findByRole("dialog", { name: "Disconnect Agency seat" });
    expect(await within(dialog).findByText("Nothing more arrives for 1 advertiser")).toBeDefined();
    expect(within(dialog).getByText("Contoso Home")).toBeDefined();
    expect(within(dialog).queryByText("Fabrikam Toys")).toBeNull();
    expect(within(dialog).getByText(/1 advertiser goes on/)).toBeDefined();
    expect((within(dialog).getByRole("radio", { name: /Keep history/ }) as HTMLInputElement).checked).toBe(true);
    expect(await violations(dialog)).toEqual([]);
    await userEvent.click(within(dialog).getByRole("radio", { name: /Erase history/ }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Disconnect" }));
    await waitFor(() => expect(closed).toHaveBeenCalled());
    expect(asked).toEqual(["false"]);
  });

  it("says why it did not work and stays open", async () => {
    server.use(
      http.get(`*/v1/connections/${ID}/disconnection`, () => HttpResponse.json({ ...PLAN, advertisers: [] })),
      http.delete(`*/v1/connections/${ID}`, () =>
        HttpResponse.json({ title: "Unavailable", detail: "Later.", code: "x", status: 503 }, { status: 503 }),
      ),
    );
    renderApp(<DisconnectDialog connection={CONNECTION} name="Agency seat" onClose={() => {}} />);
    await userEvent.click(await screen.findByRole("button", { name: "Disconnect" }));
    expect(await screen.findByText("Later.")).toBeDefined();
    expect(screen.queryByText("Erase history")).toBeNull();
  });
});

describe("menu", () => {
  it("renames with the keyboard alone", async () => {
    const asked = vi.fn();
    server.use(
      http.patch(`*/v1/connections/${ID}`, async ({ request }) => {
        asked(await request.json());
        return HttpResponse.json(CONNECTION);
      }),
    );
    renderApp(<ConnectionMenu connection={CONNECTION} name="Agency seat" />);
    (await screen.findByTestId("connection-menu")).focus();
    await userEvent.keyboard("{Enter}{Enter}");
    const field = await screen.findByLabelText("Name");
    await userEvent.clear(field);
    await userEvent.type(field, "Seat EU{Enter}");
    await waitFor(() => expect(asked).toHaveBeenCalledWith({ label: "Seat EU" }));
  });

  it("is not there for a connection that has ended", () => {
    renderApp(<ConnectionMenu connection={with_({ status: "revoked" })} name="x" />);
    expect(screen.queryByTestId("connection-menu")).toBeNull();
  });
});
