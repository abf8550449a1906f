import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { CredentialPanel } from "@/features/connections/components/credential-panel";
import type { Credential } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const CREDENTIAL: Credential = {
  connection_id: "c1",
  state: "healthy",
  expires_at: "2026-11-24T10:00:00Z",
  refreshed_at: "2026-11-24T09:00:00Z",
  next_refresh_at: "2026-11-24T09:47:00Z",
  owner: "leadline",
  next_action: "Nothing to do.",
  last_error_code: null,
  suspended_at: null,
  suspension_reason: null,
  server_time: "2026-11-24T09:10:00Z",
};
const SUSPENDED: Credential = {
  ...CREDENTIAL,
  state: "suspended",
  owner: "user",
  next_action: "Resume this connection when it may be used again.",
  next_refresh_at: null,
  suspended_at: "2026-11-24T09:05:00Z",
  suspension_reason: "Audit until Monday",
};
const PATH = "*/v1/credentials/c1/suspension";

function signedIn(...permissions: string[]) {
  server.use(http.get("*/v1/session", () => HttpResponse.json({ permissions, csrf_token: "t" })));
}

beforeEach(() => signedIn("connection:read", "connection:manage"));

describe("suspension", () => {
  it("asks for a reason, sends it, and closes", async () => {
    const sent: unknown[] = [];
    server.use(
      http.post(PATH, async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(SUSPENDED);
      }),
    );
    renderApp(<CredentialPanel credential={CREDENTIAL} />);
    await userEvent.click(await screen.findByTestId("suspend-credential"));
    await userEvent.type(screen.getByLabelText(/^Reason/), "  Audit until Monday ");
    await userEvent.click(screen.getByRole("button", { name: "Suspend" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent).toEqual([{ reason: "Audit until Monday" }]);
  });

  it("keeps the dialog open and names the problem when it fails", async () => {
    server.use(http.post(PATH, () => HttpResponse.json({ title: "No", detail: "Gone" }, { status: 404 })));
    renderApp(<CredentialPanel credential={CREDENTIAL} />);
    await userEvent.click(await screen.findByTestId("suspend-credential"));
    await userEvent.type(screen.getByLabelText(/^Reason/), "x");
    await userEvent.click(screen.getByRole("button", { name: "Suspend" }));
    await screen.findByRole("alert");
  });

  it("shows the reason, the owner and the way back", async () => {
    let resumed = 0;
    server.use(
      http.delete(PATH, () => {
        resumed += 1;
        return HttpResponse.json(CREDENTIAL);
      }),
    );
    renderApp(<CredentialPanel credential={SUSPENDED} />);
    expect(screen.getByTestId("suspension-reason").textContent).toContain("Audit until Monday");
    expect(screen.getByTestId("credential-owner").textContent).toBe("You have to act");
    await userEvent.click(await screen.findByTestId("resume-credential"));
    await waitFor(() => expect(resumed).toBe(1));
  });

  it("offers nothing to those who may only read", async () => {
    signedIn("connection:read");
    renderApp(<CredentialPanel credential={SUSPENDED} />);
    await screen.findByTestId("suspension-reason");
    expect(screen.queryByTestId("resume-credential")).toBeNull();
  });
});
