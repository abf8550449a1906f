import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Clerk } from "@/features/clerk/script";
import { OfferPage } from "@/features/invitations/components/offer-page";
import { renderApp } from "./app";
import { answer, session } from "./people";
import { server } from "./setup";

const offer = (more: object = {}) => ({
  organization: "Contoso Agency",
  inviter_name: "Olga Owner",
  inviter_email: "owner@contoso.example",
  email: "ana@contoso.example",
  roles: ["client"],
  every_brand: false,
  way: "new_user",
  expires_at: "2026-03-08T09:00:00Z",
  ...more,
});
const JOINED = { organization_id: "o1", organization: "Contoso Agency", email: "ana@contoso.example" };
const assign = vi.fn();

const BUILT_IN = { provider: "builtin", sign_up: "invitation", mail: true, clerk: null };
const CLERK = {
  provider: "clerk",
  sign_up: "invitation",
  mail: false,
  clerk: { script_url: "https://c.example/c.js" },
};

function serve(shown: object, who: object | null, identity: object = BUILT_IN) {
  server.use(
    http.get("*/v1/identity", answer(identity)),
    http.get("*/v1/invitations/offer", answer(shown)),
    http.get("*/v1/session", who ? answer(who) : () => new HttpResponse(null, { status: 401 })),
  );
}

function clerk(signedIn: Clerk["session"]): Clerk {
  const nothing = async () => undefined;
  return {
    load: nothing,
    session: signedIn,
    redirectToSignIn: nothing,
    redirectToSignUp: nothing,
    signOut: nothing,
  };
}

describe("invitation page", () => {
  afterEach(() => {
    delete window.Clerk;
  });

  beforeEach(() => {
    assign.mockReset();
    vi.stubGlobal("location", { ...location, origin: location.origin, pathname: "/invitation/", search: "", assign });
  });

  it("tells who invites into what, and takes somebody new in", async () => {
    serve(offer(), null);
    let sent: unknown;
    server.use(
      http.post("*/v1/invitations/acceptances", async ({ request }) => {
        sent = await request.json();
        return answer(JOINED, { status: 201 })();
      }),
      http.post("*/v1/session", answer(session())),
    );
    const { container } = renderApp(<OfferPage token="abc" />);
    expect(await screen.findByText(/Olga Owner \(owner@contoso.example\) invites you/)).toBeDefined();
    expect(screen.getByText("As Client, for some brands.")).toBeDefined();
    expect((await axe.run(container, { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
    await userEvent.type(screen.getByLabelText("Your name"), "Ana Lima");
    await userEvent.type(screen.getByLabelText("Password"), "correct horse battery");
    await userEvent.click(screen.getByRole("button", { name: "Join Contoso Agency" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
    expect(sent).toEqual({ token: "abc", name: "Ana Lima", password: "correct horse battery" });
  });

  it("sends somebody with a second factor on to the sign-in page", async () => {
    serve(offer(), null);
    server.use(
      http.post("*/v1/invitations/acceptances", answer(JOINED, { status: 201 })),
      http.post("*/v1/session", answer({ second_factor_required: true, challenge: "c", expires_at: "" })),
    );
    renderApp(<OfferPage token="abc" />);
    await userEvent.type(await screen.findByLabelText("Your name"), "Ana");
    await userEvent.type(screen.getByLabelText("Password"), "correct horse battery");
    await userEvent.click(screen.getByRole("button", { name: "Join Contoso Agency" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/login/"));
  });

  it("lets who is signed in under the address join, and go there", async () => {
    serve(offer(), session({ user: { id: "u2", email: "ana@contoso.example", name: "Ana" } }));
    server.use(
      http.post("*/v1/invitations/acceptances", answer(JOINED, { status: 201 })),
      http.put("*/v1/session/organization", answer(session())),
    );
    renderApp(<OfferPage token="abc" />);
    await userEvent.click(await screen.findByRole("button", { name: "Join Contoso Agency" }));
    await userEvent.click(await screen.findByRole("button", { name: "Go to Contoso Agency" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  });

  it("refuses who is signed in under another address", async () => {
    serve(offer(), session());
    renderApp(<OfferPage token="abc" />);
    expect(await screen.findByText(/This invitation is for ana@contoso.example/)).toBeDefined();
    expect(screen.queryByRole("button", { name: /Join/ })).toBeNull();
  });

  it.each([
    ["sign_in", "Sign in as ana@contoso.example to join.", "Sign in"],
    ["letter", /Open the link in the letter/, "I have an account"],
  ])("sends who has to %s first the right way", async (way, words, link) => {
    serve(offer({ way }), null);
    renderApp(<OfferPage token="abc" />);
    expect(await screen.findByText(words)).toBeDefined();
    const href = screen.getByRole("link", { name: link }).getAttribute("href");
    expect(href).toBe(`/login/?next=${encodeURIComponent("/invitation/?token=abc")}`);
  });

  it("lets who is signed in at Clerk join with Clerk's token, and enter where they joined", async () => {
    serve(offer({ way: "sign_in" }), null, CLERK);
    window.Clerk = clerk({ getToken: async () => "a.b.c" });
    const sent: unknown[] = [];
    server.use(
      http.post("*/v1/invitations/acceptances", async ({ request }) => {
        sent.push(await request.json());
        return answer(JOINED, { status: 201 })();
      }),
      http.post("*/v1/session/clerk", answer(session({ organization: { id: "o2", name: "Elsewhere" } }))),
      http.put("*/v1/session/organization", async ({ request }) => {
        sent.push(await request.json());
        return answer(session())();
      }),
    );
    renderApp(<OfferPage token="abc" />);
    await userEvent.click(await screen.findByRole("button", { name: "Join Contoso Agency" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
    expect(sent).toEqual([{ token: "abc", name: "", password: "", clerk_token: "a.b.c" }, { organization_id: "o1" }]);
  });

  it("tells who is somebody else at Clerk, and lets them change", async () => {
    serve(offer({ way: "sign_in" }), null, CLERK);
    window.Clerk = clerk({ getToken: async () => "a.b.c" });
    const refusal = { code: "invitation_for_another", title: "This invitation is for another e-mail address." };
    server.use(http.post("*/v1/invitations/acceptances", answer(refusal, { status: 403 })));
    renderApp(<OfferPage token="abc" />);
    await userEvent.click(await screen.findByRole("button", { name: "Join Contoso Agency" }));
    expect(await screen.findByText(/another e-mail address/)).toBeDefined();
    expect(screen.getByRole("button", { name: "Use another account" })).toBeDefined();
    expect(assign).not.toHaveBeenCalled();
  });

  it("leads to Clerk first who is not signed in there", async () => {
    serve(offer({ way: "sign_in" }), null, CLERK);
    window.Clerk = clerk(null);
    renderApp(<OfferPage token="abc" />);
    expect(await screen.findByTestId("clerk-sign-in")).toBeDefined();
    expect(screen.queryByRole("button", { name: /Join/ })).toBeNull();
  });

  it("says that an invitation holds no more, or that the link is cut", async () => {
    serve({}, null);
    server.use(http.get("*/v1/invitations/offer", answer({ code: "invitation_invalid" }, { status: 404 })));
    const { unmount } = renderApp(<OfferPage token="used" />);
    expect(await screen.findByText(/does not hold/)).toBeDefined();
    unmount();
    renderApp(<OfferPage token="" />);
    expect(screen.getByText(/incomplete/)).toBeDefined();
  });
});
