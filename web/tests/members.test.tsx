import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { MemberPage } from "@/features/members/components/member-page";
import { renderApp } from "./app";
import { answer, member, servePeople } from "./people";
import { server } from "./setup";

async function act(name: string) {
  await userEvent.click(await screen.findByRole("button", { name: "Actions for Ana Lima" }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

const removal = (more: object = {}) => ({
  member: { user_id: "u2", name: "Ana Lima", email: "ana@contoso.example" },
  last_owner: false,
  heirs: [{ user_id: "u1", name: "Olga Owner", email: "owner@contoso.example" }],
  dependents: [
    {
      kind: "connection",
      count: 1,
      with_heir: "passes_on",
      without_heir: "passes_to_remover",
      items: [{ id: "c1", name: "Amazon NA" }],
    },
    { kind: "session", count: 0, with_heir: "ends", without_heir: "ends", items: [] },
  ],
  ...more,
});

describe("members page", () => {
  beforeEach(() => servePeople());

  it("lists who belongs, and is accessible", async () => {
    const { container } = renderApp(<MemberPage />);
    const rows = await screen.findAllByTestId("member-row");
    expect(rows).toHaveLength(2);
    expect(within(rows[0] as HTMLElement).getByText("You")).toBeDefined();
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("says what went wrong, and asks again", async () => {
    server.use(http.get("*/v1/members", answer({ title: "Away", status: 503 }, { status: 503 })));
    renderApp(<MemberPage />);
    expect(await screen.findByText("Away")).toBeDefined();
    servePeople();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findAllByTestId("member-row")).toHaveLength(2);
  });

  it("offers nothing to who may change nothing", async () => {
    servePeople({ permissions: ["member:read"] });
    server.use(http.get("*/v1/members", answer({ items: [member("u2", "Ana Lima", { manageable: false })] })));
    renderApp(<MemberPage />);
    await screen.findAllByTestId("member-row");
    expect(screen.queryByRole("button", { name: /Actions/ })).toBeNull();
    expect(screen.queryByTestId("invite")).toBeNull();
  });

  it("sends changed grants, with the chosen brands", async () => {
    let sent: unknown;
    server.use(
      http.patch("*/v1/members/u2", async ({ request }) => {
        sent = await request.json();
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp(<MemberPage />);
    await act("Change roles");
    await userEvent.selectOptions(await screen.findByLabelText("Role 1"), "Report readers");
    await userEvent.selectOptions(screen.getByLabelText("Brands of role 1"), "Chosen brands");
    await userEvent.click(screen.getByRole("button", { name: "Save roles" }));
    expect(await screen.findByText(/Choose at least one brand/)).toBeDefined();
    await userEvent.click(screen.getByLabelText("Brand b2"));
    await userEvent.click(screen.getByRole("button", { name: "Save roles" }));
    await waitFor(() => expect(sent).toEqual({ grants: [{ role_id: "r1", brand_ids: ["b2"] }] }));
  });

  it("tells what a removal breaks, and who takes over", async () => {
    let heir: string | null = null;
    server.use(
      http.get("*/v1/members/u2/removal", answer(removal())),
      http.delete("*/v1/members/u2", ({ request }) => {
        heir = new URL(request.url).searchParams.get("heir_id");
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp(<MemberPage />);
    await act("Remove");
    const dependents = await screen.findAllByTestId("dependent");
    expect(dependents.map((each) => each.textContent)).toEqual([
      "1 Amazon connection will belong to you and go on workingAmazon NA",
    ]);
    await userEvent.selectOptions(screen.getByLabelText("Who takes over?"), "Olga Owner");
    expect(screen.getByText(/will belong to Olga Owner/)).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Remove member" }));
    await waitFor(() => expect(heir).toBe("u1"));
  });

  it("does not offer to remove the last owner", async () => {
    server.use(http.get("*/v1/members/u2/removal", answer(removal({ last_owner: true }))));
    renderApp(<MemberPage />);
    await act("Remove");
    expect(await screen.findByText(/is the last one/)).toBeDefined();
    expect(screen.queryByRole("button", { name: "Remove member" })).toBeNull();
  });

  it("shows the link of an invitation once, and says why one is refused", async () => {
    const sent = {
      invitation: { id: "i1", email: "ben@contoso.example", grants: [] },
      link: "http://localhost/invitation/?token=abc",
      letter_sent: false,
    };
    const refused = { title: "Conflict", detail: "This address has an open invitation.", code: "invitation_open" };
    server.use(http.post("*/v1/invitations", answer(refused, { status: 409 })));
    renderApp(<MemberPage />);
    await userEvent.click(await screen.findByTestId("invite"));
    await screen.findByLabelText("Role 1");
    await userEvent.click(screen.getByRole("button", { name: "Send invitation" }));
    expect(await screen.findByText("Enter an e-mail address.")).toBeDefined();
    await userEvent.type(screen.getByLabelText("E-mail"), "ben@contoso.example");
    await userEvent.click(screen.getByRole("button", { name: "Send invitation" }));
    expect(await screen.findByText("This address has an open invitation.")).toBeDefined();
    server.use(http.post("*/v1/invitations", answer(sent, { status: 201 })));
    await userEvent.click(screen.getByRole("button", { name: "Send invitation" }));
    expect(((await screen.findByTestId("invitation-link")) as HTMLInputElement).value).toBe(sent.link);
  });
});
