import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClerkSignIn } from "@/features/clerk/components/clerk-sign-in";
import type { Clerk } from "@/features/clerk/script";
import { renderApp } from "./app";
import { server } from "./setup";

const CONFIG = {
  publishable_key: "pk_test_x",
  frontend_api_url: "https://clerk.example",
  script_url: "https://clerk.example/clerk.browser.js",
};
const EXCHANGE = "*/v1/session/clerk";

function clerk(session: Clerk["session"]): Clerk {
  const fake: Clerk = {
    load: vi.fn(async () => undefined),
    session,
    redirectToSignIn: vi.fn(async () => undefined),
    redirectToSignUp: vi.fn(async () => undefined),
    signOut: vi.fn(async () => {
      fake.session = null;
    }),
  };
  window.Clerk = fake;
  return fake;
}

const SIGNED_IN = { getToken: async () => "a.b.c" };

function show(leave = false) {
  const entered = vi.fn();
  renderApp(<ClerkSignIn config={CONFIG} leave={leave} onSignedIn={entered} />);
  return entered;
}

describe("signing in with Clerk", () => {
  beforeEach(() => {
    history.replaceState(null, "", "/login/?next=%2Fsync%2F&signed-out=");
  });
  afterEach(() => {
    delete window.Clerk;
  });

  it("comes straight in when Clerk knows the person", async () => {
    clerk(SIGNED_IN);
    let sent: unknown;
    server.use(
      http.post(EXCHANGE, async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ csrf_token: "t" });
      }),
    );
    const entered = show();
    await waitFor(() => expect(entered).toHaveBeenCalledTimes(1));
    expect(sent).toEqual({ token: "a.b.c" });
  });

  it("sends others to Clerk and back to this page without the mark of having left", async () => {
    const fake = clerk(null);
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Continue to sign in" }));
    const back = `${location.origin}/login/?next=%2Fsync%2F`;
    expect(fake.redirectToSignIn).toHaveBeenCalledWith({
      signInForceRedirectUrl: back,
      signUpForceRedirectUrl: back,
    });
  });

  it("signs out of Clerk, too, after signing out here", async () => {
    const fake = clerk(SIGNED_IN);
    const entered = show(true);
    expect(await screen.findByTestId("clerk-sign-in")).toBeDefined();
    expect(fake.signOut).toHaveBeenCalledTimes(1);
    expect(entered).not.toHaveBeenCalled();
  });

  it("says what to do when the person may not come in, and offers another account", async () => {
    const fake = clerk(SIGNED_IN);
    const problem = {
      status: 403,
      code: "clerk_organization_required",
      detail: "No organization.",
      hint: "Be invited.",
    };
    server.use(http.post(EXCHANGE, () => HttpResponse.json(problem, { status: 403 })));
    show();
    expect(await screen.findByText("No organization.")).toBeDefined();
    expect(screen.getByText("Be invited.")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Use another account" }));
    expect(fake.signOut).toHaveBeenCalledTimes(1);
  });

  it("tells that Clerk's script is blocked, and loads it again on demand", async () => {
    const added: HTMLScriptElement[] = [];
    vi.spyOn(document.head, "append").mockImplementation((node) => {
      const script = node as HTMLScriptElement;
      added.push(script);
      queueMicrotask(() => script.onerror?.(new Event("error")));
    });
    show();
    expect(await screen.findByText("The sign-in service cannot be reached.")).toBeDefined();
    expect(added[0]?.dataset.clerkPublishableKey).toBe("pk_test_x");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(added).toHaveLength(2));
    vi.restoreAllMocks();
  });
});
