import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { ConfirmEmail } from "@/features/account/components/confirm-email";
import { PasswordForm } from "@/features/account/components/password-form";
import { ProfileForm } from "@/features/account/components/profile-form";
import { SecondFactorCard } from "@/features/account/components/second-factor-card";
import { proofOf } from "@/features/account/proof";
import { renderApp } from "./app";
import { server } from "./setup";

const PATH = "*/v1/user/second-factor";
const CODES = ["aaaaa-bbbbb", "ccccc-ddddd"];
const ON = "2026-11-24T04:00:00Z";
const problem = (status: number, code: string) => HttpResponse.json({ status, code, title: code }, { status });

/** A server that keeps whether the factor is on. */
function factorServer(on = false, left = 10) {
  const state = { enabled_at: on ? ON : null, recovery_codes_left: on ? left : 0 } as Record<string, unknown>;
  const sent = vi.fn();
  server.use(
    http.get(PATH, () => HttpResponse.json(state)),
    http.post(PATH, () => HttpResponse.json({ secret: "ABCDEFGH", otpauth_uri: "otpauth://totp/x" }, { status: 201 })),
    http.put(PATH, () => {
      Object.assign(state, { enabled_at: ON, recovery_codes_left: 10 });
      return HttpResponse.json({ recovery_codes: CODES });
    }),
    http.post(`${PATH}/removal`, async ({ request }) => {
      sent(await request.json());
      Object.assign(state, { enabled_at: null, recovery_codes_left: 0 });
      return new HttpResponse(null, { status: 204 });
    }),
    http.post(`${PATH}/recovery-codes`, async ({ request }) => {
      sent(await request.json());
      return HttpResponse.json({ recovery_codes: CODES });
    }),
  );
  return sent;
}

describe("second factor", () => {
  it("is turned on in three steps and shows the recovery codes until they are kept", async () => {
    factorServer();
    renderApp(<SecondFactorCard />);
    await userEvent.click(await screen.findByRole("button", { name: "Turn on" }));
    await userEvent.type(screen.getByLabelText("Password"), "secret{Enter}");
    expect(await screen.findByText("ABCD EFGH")).toBeDefined();
    expect(screen.getByTitle("QR code for your authenticator app")).toBeDefined();
    await userEvent.type(screen.getByLabelText("Code from the app"), "123456{Enter}");
    const list = await screen.findByTestId("recovery-codes");
    expect(within(list).getAllByRole("listitem")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "I have kept them" }));
    await waitFor(() => expect(screen.getByTestId("second-factor").dataset.state).toBe("on"));
    expect(screen.queryByText(CODES[0] as string)).toBeNull();
  });

  it("keeps the step when a code is wrong", async () => {
    factorServer();
    server.use(http.put(PATH, () => problem(422, "code_wrong")));
    renderApp(<SecondFactorCard />);
    await userEvent.click(await screen.findByRole("button", { name: "Turn on" }));
    await userEvent.type(screen.getByLabelText("Password"), "secret{Enter}");
    await userEvent.type(await screen.findByLabelText("Code from the app"), "000000{Enter}");
    expect(await screen.findByText(/That code is not right/)).toBeDefined();
    expect(screen.getByText("ABCD EFGH")).toBeDefined();
  });

  it("is turned off with the password and a code", async () => {
    const sent = factorServer(true);
    renderApp(<SecondFactorCard />);
    await userEvent.click(await screen.findByRole("button", { name: "Turn off" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("Password"), "secret");
    await userEvent.type(dialog.getByLabelText("Code of the app, or a recovery code"), "123 456{Enter}");
    await waitFor(() => expect(screen.getByTestId("second-factor").dataset.state).toBe("off"));
    expect(sent).toHaveBeenCalledWith({ password: "secret", code: "123456" });
  });

  it("warns when few recovery codes are left, and makes new ones", async () => {
    const sent = factorServer(true, 1);
    renderApp(<SecondFactorCard />);
    expect(await screen.findByText("1 recovery code is left.")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "New recovery codes" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("Password"), "secret");
    await userEvent.type(dialog.getByLabelText("Code of the app, or a recovery code"), "aaaaa-bbbbb{Enter}");
    expect(await screen.findByText("ccccc-ddddd")).toBeDefined();
    expect(sent).toHaveBeenCalledWith({ password: "secret", recovery_code: "aaaaa-bbbbb" });
  });

  it("says what went wrong and tries again", async () => {
    factorServer();
    server.use(http.get(PATH, () => problem(503, "database_unavailable"), { once: true }));
    renderApp(<SecondFactorCard />);
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "Turn on" })).toBeDefined();
  });
});

describe("what was typed as a code", () => {
  it.each([
    ["123456", { password: "p", code: "123456" }],
    [" 123 456 ", { password: "p", code: "123456" }],
    ["abcde-fghjk", { password: "p", recovery_code: "abcde-fghjk" }],
    ["1234567", { password: "p", recovery_code: "1234567" }],
  ])("%s", (typed, proof) => expect(proofOf("p", typed)).toEqual(proof));
});

describe("password", () => {
  async function change(respond: () => Response) {
    const sent = vi.fn();
    server.use(
      http.put("*/v1/user/password", async ({ request }) => {
        sent(await request.json());
        return respond();
      }),
    );
    renderApp(<PasswordForm />);
    await userEvent.type(screen.getByLabelText("Current password"), "old");
    await userEvent.type(screen.getByLabelText("New password"), "new{Enter}");
    return sent;
  }

  it("says that it was changed and empties the fields", async () => {
    const sent = await change(() => new HttpResponse(null, { status: 204 }));
    expect(await screen.findByText(/Your other sessions have ended/)).toBeDefined();
    expect(sent).toHaveBeenCalledWith({ current: "old", new: "new" });
    expect(screen.getByLabelText("Current password")).toHaveProperty("value", "");
  });

  it("says that the current one is wrong", async () => {
    await change(() => problem(422, "password_wrong"));
    expect(await screen.findByText("That is not the right password.")).toBeDefined();
  });
});

describe("profile", () => {
  const profile = { id: "u", email: "ana@contoso.example", name: "Ana", created_at: ON };
  const identity = (provider: string) =>
    http.get("*/v1/identity", () => HttpResponse.json({ provider, sign_up: "open", mail: true, clerk: null }));

  it("saves a name", async () => {
    server.use(
      identity("builtin"),
      http.get("*/v1/user", () => HttpResponse.json(profile)),
      http.patch("*/v1/user", () => HttpResponse.json({ ...profile, name: "Ana L" })),
    );
    renderApp(<ProfileForm />);
    await userEvent.type(await screen.findByLabelText("Name"), " L{Enter}");
    await waitFor(() => expect(screen.getByLabelText("Name")).toHaveProperty("value", "Ana L"));
  });

  it("asks for another address, and says where the letter went", async () => {
    const sent = vi.fn();
    server.use(
      identity("builtin"),
      http.get("*/v1/user", () => HttpResponse.json(profile)),
      http.post("*/v1/user/email", async ({ request }) => {
        sent(await request.json());
        return sent.mock.calls.length === 1
          ? problem(422, "email_unchanged")
          : HttpResponse.json(null, { status: 202 });
      }),
    );
    renderApp(<ProfileForm />);
    await userEvent.click(await screen.findByRole("button", { name: "Change address" }));
    await userEvent.type(screen.getByLabelText("New e-mail"), "b@example.org");
    await userEvent.type(screen.getByLabelText("Password"), "secret{Enter}");
    expect(await screen.findByText("That is your address already.")).toBeDefined();
    await userEvent.type(screen.getByLabelText("Password"), "{Enter}");
    expect(await screen.findByText(/We wrote to b@example.org/)).toBeDefined();
    expect(sent).toHaveBeenLastCalledWith({ email: "b@example.org", password: "secret" });
  });

  it("takes a new address over by the letter's link", async () => {
    const sent = vi.fn();
    server.use(
      http.put("*/v1/user/email", async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json({ ...profile, email: "b@example.org" });
      }),
    );
    renderApp(<ConfirmEmail token="abc" />);
    await userEvent.click(await screen.findByRole("button", { name: "Confirm your new address" }));
    expect(await screen.findByText("You sign in with b@example.org from now on.")).toBeDefined();
    expect(sent).toHaveBeenCalledWith({ token: "abc" });
  });

  it("cannot be changed here under another provider", async () => {
    server.use(
      identity("clerk"),
      http.get("*/v1/user", () => HttpResponse.json(profile)),
    );
    renderApp(<ProfileForm />);
    expect(await screen.findByText(/kept by your identity provider/)).toBeDefined();
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  });
});
