import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { SessionPage } from "@/features/sessions/components/session-page";
import type { OwnSession } from "@/lib/model";
import { renderApp } from "./app";
import { answer, servePeople } from "./people";
import { server } from "./setup";

function session(id: string, more: Partial<OwnSession> = {}): OwnSession {
  return {
    id,
    device: { kind: "computer", browser: "Firefox", system: "Linux" },
    ip: "203.0.113.7",
    organization: { id: "o1", name: "Contoso Agency" },
    signed_in_at: "2026-01-01T00:00:00Z",
    last_seen_at: "2026-01-02T00:00:00Z",
    expires_at: "2026-01-03T00:00:00Z",
    current: false,
    ...more,
  };
}

const phone = session("s2", { device: { kind: "phone", browser: "Safari", system: "iOS" } });
const serve = (...items: OwnSession[]) => server.use(http.get("*/v1/sessions", answer({ items, next_cursor: null })));

describe("sessions page", () => {
  beforeEach(() => {
    servePeople();
    serve(session("s1", { current: true }), phone);
  });

  it("shows each device, marks this one, and is accessible", async () => {
    const { container } = renderApp(<SessionPage />);
    const [own, other] = await screen.findAllByTestId("session-row");
    expect(within(own as HTMLElement).getByText("This device")).toBeDefined();
    expect(within(own as HTMLElement).queryByRole("button")).toBeNull();
    expect(within(other as HTMLElement).getByText("Safari on iOS")).toBeDefined();
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("signs out one device", async () => {
    let ended = "";
    server.use(
      http.delete("*/v1/sessions/:id", ({ params }) => {
        ended = String(params.id);
        serve(session("s1", { current: true }));
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp(<SessionPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Sign out Safari on iOS" }));
    await waitFor(() => expect(screen.getAllByTestId("session-row")).toHaveLength(1));
    expect(ended).toBe("s2");
    expect(screen.getByText(/on this device only/)).toBeDefined();
    expect(screen.queryByTestId("end-other-sessions")).toBeNull();
  });

  it("signs out all others, and says what went wrong", async () => {
    server.use(http.delete("*/v1/sessions", answer({ title: "Away", status: 503 }, { status: 503 })));
    renderApp(<SessionPage />);
    await userEvent.click(await screen.findByTestId("end-other-sessions"));
    expect(await screen.findByText("Away")).toBeDefined();
  });

  it("names a device that nobody recognises", async () => {
    serve(session("s1", { device: { kind: "unknown", browser: "", system: "" }, ip: "" }));
    renderApp(<SessionPage />);
    expect(await screen.findByText("Unknown device")).toBeDefined();
    expect(screen.getByText(/no address/)).toBeDefined();
  });
});
