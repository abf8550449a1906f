import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { LoginForm } from "@/features/session/components/login-form";
import { renderApp } from "./app";
import { server } from "./setup";

async function signIn(respond: () => Response) {
  server.use(http.post("*/v1/session", respond));
  const entered = vi.fn();
  renderApp(<LoginForm onSignedIn={entered} />);
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  return entered;
}

describe("login form", () => {
  it("enters once the server accepted", async () => {
    const entered = await signIn(() => HttpResponse.json({ csrf_token: "t" }));
    await waitFor(() => expect(entered).toHaveBeenCalledTimes(1));
  });

  it("says that e-mail or password is wrong, also when the answer has no body", async () => {
    const entered = await signIn(() => new HttpResponse(null, { status: 401 }));
    expect(await screen.findByText("E-mail or password is wrong.")).toBeDefined();
    expect(entered).not.toHaveBeenCalled();
  });

  it("says how long to wait after too many attempts", async () => {
    await signIn(() => new HttpResponse(null, { status: 429, headers: { "Retry-After": "37" } }));
    expect(await screen.findByText("Too many attempts. Try again in 37 seconds.")).toBeDefined();
  });
});
