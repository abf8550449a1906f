import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { SecondStepForm } from "@/features/identity/components/second-step-form";
import { LoginForm } from "@/features/session/components/login-form";
import { renderApp } from "./app";
import { server } from "./setup";

const problem = (status: number, code: string) => HttpResponse.json({ status, code, title: code }, { status });

async function signIn(respond: () => Response) {
  server.use(http.post("*/v1/session", respond));
  const entered = vi.fn();
  const challenged = vi.fn();
  renderApp(<LoginForm onSignedIn={entered} onChallenge={challenged} />);
  await userEvent.type(screen.getByLabelText("E-mail"), "ada@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  return { entered, challenged };
}

describe("login form", () => {
  it("enters once the server accepted", async () => {
    const { entered } = await signIn(() => HttpResponse.json({ csrf_token: "t" }));
    await waitFor(() => expect(entered).toHaveBeenCalledTimes(1));
  });

  it("hands on the challenge of a second factor and does not enter", async () => {
    const { entered, challenged } = await signIn(() =>
      HttpResponse.json({ second_factor_required: true, challenge: "c1", expires_at: "2026-11-24T00:00:00Z" }),
    );
    await waitFor(() => expect(challenged).toHaveBeenCalledWith("c1"));
    expect(entered).not.toHaveBeenCalled();
  });

  it("says that e-mail or password is wrong, also when the answer has no body", async () => {
    const { entered } = await signIn(() => new HttpResponse(null, { status: 401 }));
    expect(await screen.findByText("E-mail or password is wrong.")).toBeDefined();
    expect(entered).not.toHaveBeenCalled();
  });

  it("offers another letter to who has not confirmed the address", async () => {
    const sent = vi.fn();
    server.use(
      http.post("*/v1/users/verification/letters", async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json(null, { status: 202 });
      }),
    );
    await signIn(() => problem(403, "email_unverified"));
    await userEvent.click(await screen.findByRole("button", { name: "Send it again" }));
    await screen.findByText(/Another letter is on its way/);
    expect(sent).toHaveBeenCalledWith({ email: "ada@example.com" });
  });

  it("says how long to wait after too many attempts", async () => {
    await signIn(() => new HttpResponse(null, { status: 429, headers: { "Retry-After": "37" } }));
    expect(await screen.findByText("Too many attempts. Try again in 37 seconds.")).toBeDefined();
  });
});

describe("second step", () => {
  function step(respond: () => Response) {
    const sent = vi.fn();
    server.use(
      http.post("*/v1/session/second-factor", async ({ request }) => {
        sent(await request.json());
        return respond();
      }),
    );
    const entered = vi.fn();
    const startOver = vi.fn();
    renderApp(<SecondStepForm challenge="c1" onSignedIn={entered} onStartOver={startOver} />);
    return { sent, entered, startOver };
  }

  it("enters with a code of the app", async () => {
    const { sent, entered } = step(() => HttpResponse.json({ csrf_token: "t" }));
    await userEvent.type(screen.getByLabelText("Code"), "123456{Enter}");
    await waitFor(() => expect(entered).toHaveBeenCalledTimes(1));
    expect(sent).toHaveBeenCalledWith({ challenge: "c1", code: "123456" });
  });

  it("takes a recovery code instead", async () => {
    const { sent } = step(() => HttpResponse.json({ csrf_token: "t" }));
    await userEvent.click(screen.getByRole("button", { name: "Use a recovery code instead" }));
    await userEvent.type(screen.getByLabelText("Recovery code"), "abcde-fghjk{Enter}");
    await waitFor(() => expect(sent).toHaveBeenCalledWith({ challenge: "c1", recovery_code: "abcde-fghjk" }));
  });

  it("says that a code is wrong and keeps the form", async () => {
    step(() => problem(422, "code_wrong"));
    await userEvent.type(screen.getByLabelText("Code"), "000000{Enter}");
    expect(await screen.findByText(/That code is not right/)).toBeDefined();
    expect(screen.getByRole("button", { name: "Continue" })).toBeDefined();
  });

  it("leads back to the password when it took too long", async () => {
    const { startOver } = step(() => problem(401, "challenge_invalid"));
    await userEvent.type(screen.getByLabelText("Code"), "000000{Enter}");
    expect(await screen.findByText("That took too long. Enter your password again.")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Continue" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Start over" }));
    expect(startOver).toHaveBeenCalledTimes(1);
  });
});
