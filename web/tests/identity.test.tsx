import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { ForgotForm } from "@/features/identity/components/forgot-form";
import { ResetForm } from "@/features/identity/components/reset-form";
import { SignUpForm } from "@/features/identity/components/sign-up-form";
import { VerifyForm } from "@/features/identity/components/verify-form";
import { renderApp } from "./app";
import { server } from "./setup";

const problem = (status: number, code: string, hint = "") =>
  HttpResponse.json({ status, code, title: code, hint }, { status });

/** Answers a call and remembers what it was sent. */
function answering(method: "post" | "put", path: string, respond: () => Response) {
  const sent = vi.fn();
  server.use(
    http[method](`*${path}`, async ({ request }) => {
      sent(await request.json());
      return respond();
    }),
  );
  return sent;
}

const accepted = () => HttpResponse.json(null, { status: 202 });

async function fillSignUp() {
  renderApp(<SignUpForm />);
  await userEvent.type(screen.getByLabelText("Your name"), " Ana ");
  await userEvent.type(screen.getByLabelText("Name of your agency or company"), "Contoso");
  await userEvent.type(screen.getByLabelText("E-mail"), "ana@contoso.example");
  await userEvent.type(screen.getByLabelText("Password"), " a quiet lake ");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
}

describe("sign-up", () => {
  it("sends what was typed, the password as it is, and waits for the letter", async () => {
    const sent = answering("post", "/v1/users", accepted);
    await fillSignUp();
    expect(await screen.findByText(/We sent a letter to ana@contoso.example/)).toBeDefined();
    expect(sent).toHaveBeenCalledWith({
      name: "Ana",
      organization_name: "Contoso",
      email: "ana@contoso.example",
      password: " a quiet lake ",
    });
  });

  it("says why a password is refused and keeps the form", async () => {
    answering("post", "/v1/users", () => problem(422, "password_weak", "Add another word."));
    await fillSignUp();
    expect(await screen.findByText("That password is easy to guess. Add another word.")).toBeDefined();
    expect(screen.getByLabelText("E-mail")).toHaveProperty("value", "ana@contoso.example");
  });

  it("sends nothing while a field is empty", async () => {
    renderApp(<SignUpForm />);
    await userEvent.click(screen.getByRole("button", { name: "Create account" }));
    expect(await screen.findByText("Fill in every field.")).toBeDefined();
  });
});

describe("confirming an address", () => {
  async function verify(respond: () => Response) {
    const sent = answering("post", "/v1/users/verification", respond);
    const entered = vi.fn();
    renderApp(<VerifyForm token="t1" onSignedIn={entered} />);
    await userEvent.type(screen.getByLabelText("Password"), "a quiet lake{Enter}");
    return { sent, entered };
  }

  it("signs in with the link and the password", async () => {
    const { sent, entered } = await verify(() => HttpResponse.json({ csrf_token: "t" }));
    await waitFor(() => expect(entered).toHaveBeenCalledTimes(1));
    expect(sent).toHaveBeenCalledWith({ token: "t1", password: "a quiet lake" });
  });

  it("offers another letter when the link is over", async () => {
    await verify(() => problem(422, "link_expired"));
    expect(await screen.findByText("This link has expired.")).toBeDefined();
    const again = answering("post", "/v1/users/verification/letters", accepted);
    await userEvent.type(screen.getByLabelText("E-mail"), "ana@contoso.example{Enter}");
    expect(await screen.findByText(/Another letter is on its way/)).toBeDefined();
    expect(again).toHaveBeenCalledWith({ email: "ana@contoso.example" });
  });

  it("says when the link is cut off", () => {
    renderApp(<VerifyForm token="" onSignedIn={() => {}} />);
    expect(screen.getByText(/This link is not complete/)).toBeDefined();
  });
});

describe("a forgotten password", () => {
  it("tells the same whoever has an account", async () => {
    answering("post", "/v1/password-resets", accepted);
    renderApp(<ForgotForm />);
    await userEvent.type(screen.getByLabelText("E-mail"), "ana@contoso.example{Enter}");
    expect(await screen.findByText(/If ana@contoso.example has an account/)).toBeDefined();
  });

  it("takes a new password and leads to the sign-in page", async () => {
    const sent = answering("put", "/v1/password-resets", () => new HttpResponse(null, { status: 204 }));
    renderApp(<ResetForm token="t2" />);
    await userEvent.type(screen.getByLabelText("New password"), "seven herons{Enter}");
    expect((await screen.findByRole("link", { name: "Sign in" })).getAttribute("href")).toMatch(/^\/login\/?$/);
    expect(sent).toHaveBeenCalledWith({ token: "t2", password: "seven herons" });
  });

  it("leads to another letter when the link was used", async () => {
    answering("put", "/v1/password-resets", () => problem(422, "link_invalid"));
    renderApp(<ResetForm token="t2" />);
    await userEvent.type(screen.getByLabelText("New password"), "seven herons{Enter}");
    const another = await screen.findByRole("link", { name: "Send another letter" });
    expect(another.getAttribute("href")).toMatch(/^\/forgot-password\/?$/);
  });

  it("says so when the server cannot be reached", async () => {
    answering("post", "/v1/password-resets", () => HttpResponse.error());
    renderApp(<ForgotForm />);
    await userEvent.type(screen.getByLabelText("E-mail"), "ana@contoso.example{Enter}");
    expect(await screen.findByText("Leadline cannot be reached")).toBeDefined();
  });
});
