import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { RequestDialog } from "@/features/consent-requests/components/request-dialog";
import { RequestList } from "@/features/consent-requests/components/request-list";
import { Visit } from "@/features/consent-requests/components/visit";
import { visitOf } from "@/features/consent-requests/visit";
import type { ConsentOffer, ConsentRequest } from "@/lib/model";
import { renderApp } from "./app";
import { server } from "./setup";

const OFFER: ConsentOffer = {
  organization_name: "Contoso Agency",
  requester: "ada@contoso.example",
  region: "EU",
  note: "For the Q4 report",
  reauthorizes: false,
  scopes: ["Read your reports"],
  read_only: true,
  state: "open",
  error_code: null,
  expires_at: "2026-11-08T10:00:00Z",
};
const REQUEST: ConsentRequest = {
  id: "0198d6a0-0000-7000-8000-000000000009",
  state: "open",
  region: "EU",
  label: "Northwind",
  note: "",
  recipient_email: "admin@northwind.example",
  reauthorizes: false,
  connection_id: null,
  connection_label: null,
  requester: "ada@contoso.example",
  created_at: "2026-11-01T10:00:00Z",
  expires_at: "2026-11-08T10:00:00Z",
  sent_at: null,
  opened_at: null,
  completed_at: null,
  error_code: null,
  link: "http://127.0.0.1/amazon-consent/?token=abc",
};

const arrive = (query: string, token: string | null = "abc") =>
  renderApp(<Visit visit={visitOf(new URLSearchParams(query))} token={token} />);
const offer = (change: Partial<ConsentOffer> = {}) =>
  server.use(http.get("*/v1/consent-requests/offer", () => HttpResponse.json({ ...OFFER, ...change })));
const kind = async () => (await screen.findByTestId("visit-outcome")).dataset.kind;

describe("the page of a magic link", () => {
  it("tells who asks, for what, read-only, until when", async () => {
    offer();
    const { container } = arrive("token=abc");
    expect(await screen.findByRole("heading", { name: /Contoso Agency asks for access/ })).toBeDefined();
    expect(screen.getByText(/ada@contoso.example asks for a consent in Europe/)).toBeDefined();
    expect(screen.getByText("Read your reports")).toBeDefined();
    expect(screen.getByText(/only reads/)).toBeDefined();
    expect(screen.getByText("For the Q4 report")).toBeDefined();
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations.map((one) => one.id)).toEqual([]);
  });

  it("goes on to Amazon with the token of the link", async () => {
    offer();
    const asked = vi.fn();
    server.use(
      http.post("*/v1/consent-requests/openings", async ({ request }) => {
        asked(await request.json());
        return HttpResponse.json({ title: "Over", code: "link_over", status: 409 }, { status: 409 });
      }),
    );
    arrive("token=abc");
    await userEvent.click(await screen.findByRole("button", { name: "Continue to Amazon" }));
    await waitFor(() => expect(asked).toHaveBeenCalledWith({ token: "abc" }));
    expect(await screen.findByRole("alert")).toBeDefined();
  });

  it.each([
    ["completed", "over"],
    ["expired", "over"],
    ["revoked", "over"],
    ["consenting", "working"],
  ] as const)("says so when the link is %s", async (state, told) => {
    offer({ state });
    arrive("token=abc");
    expect(await kind()).toBe(told);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("says that a made-up link is not valid", async () => {
    server.use(
      http.get("*/v1/consent-requests/offer", () =>
        HttpResponse.json({ title: "Not Found", code: "link_invalid", status: 404 }, { status: 404 }),
      ),
    );
    arrive("token=nope");
    expect(await kind()).toBe("invalid");
  });

  it("says that it needs a link", async () => {
    arrive("", null);
    expect(await kind()).toBe("invalid");
  });

  it.each([
    ["done=1", {}, "done"],
    ["error=replacement_held", {}, "held"],
    ["error=link_used", { state: "completed" }, "over"],
    ["error=token_service_unavailable", { state: "consenting" }, "working"],
    ["error=token_service_unavailable", { state: "completed" }, "done"],
    ["error=token_service_unavailable", { state: "open" }, "failed"],
    ["error=interrupted", { state: "consenting" }, "working"],
    ["error=interrupted", { state: "completed" }, "done"],
    ["error=interrupted", { state: "open" }, "failed"],
    ["error=session_mismatch", {}, "failed"],
  ] as const)("after Amazon, %s tells what is true by now", async (query, change, told) => {
    offer(change);
    arrive(query);
    await waitFor(async () => expect(await kind()).toBe(told));
  });

  it("does not promise anything after an interruption where the link is not known", async () => {
    arrive("error=interrupted", null);
    expect(await kind()).toBe("failed");
    expect(screen.getByText(/Leadline was interrupted/)).toBeDefined();
  });

  it("offers to try again after a refusal, without an error of somebody else's making", async () => {
    offer();
    arrive("error=access_denied");
    expect(await screen.findByRole("button", { name: "Try again" })).toBeDefined();
    expect(screen.getByText(/You declined at Amazon/)).toBeDefined();
  });
});

describe("asking for a consent", () => {
  it("creates a link and shows it to be copied", async () => {
    const asked = vi.fn();
    server.use(
      http.post("*/v1/consent-requests", async ({ request }) => {
        asked(await request.json());
        return HttpResponse.json(REQUEST, { status: 201 });
      }),
    );
    renderApp(<RequestDialog onClose={() => {}} />);
    await userEvent.selectOptions(screen.getByLabelText("Region of their Amazon account"), "EU");
    await userEvent.type(screen.getByLabelText("Note to them (optional)"), "Hello");
    await userEvent.selectOptions(screen.getByLabelText("Valid for"), "14");
    await userEvent.click(screen.getByRole("button", { name: "Create link" }));
    expect(((await screen.findByLabelText("Link")) as HTMLInputElement).value).toBe(REQUEST.link);
    expect(asked).toHaveBeenCalledWith({ region: "EU", note: "Hello", life_days: 14 });
  });

  it("renews a connection without asking for its region again", async () => {
    const asked = vi.fn();
    server.use(
      http.post("*/v1/consent-requests", async ({ request }) => {
        asked(await request.json());
        return HttpResponse.json(REQUEST, { status: 201 });
      }),
    );
    renderApp(<RequestDialog renews={{ id: "c1", name: "Agency seat" }} onClose={() => {}} />);
    expect(screen.queryByLabelText("Region of their Amazon account")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Create link" }));
    await waitFor(() => expect(asked).toHaveBeenCalledWith({ connection_id: "c1", note: "", life_days: 7 }));
  });

  it("lists links with what became of them, and acts only on open ones", async () => {
    const items = [REQUEST, { ...REQUEST, id: "2", state: "completed", link: null }];
    server.use(http.get("*/v1/consent-requests", () => HttpResponse.json({ items, next_cursor: null })));
    renderApp(<RequestList />);
    const [open, done] = await screen.findAllByTestId("consent-request");
    expect(within(open as HTMLElement).getByRole("button", { name: "Revoke the link for Northwind" })).toBeDefined();
    expect(within(done as HTMLElement).queryByRole("button")).toBeNull();
  });
});
