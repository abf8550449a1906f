import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { RoleList } from "@/features/roles/components/role-list";
import { draftsOf, isComplete, wishesOf } from "@/features/roles/grants";
import { renderApp } from "./app";
import { answer, CUSTOM, grant, servePeople } from "./people";
import { server } from "./setup";

const permission = (name: string, more: object = {}) => ({
  name,
  description: `May ${name}`,
  roles: ["owner"],
  owner_only: false,
  for_api_keys: false,
  ...more,
});

const PERMISSIONS = {
  items: [
    permission("report:read"),
    permission("sync:manage"),
    permission("organization:transfer", { owner_only: true }),
    permission("member:read"),
  ],
};

describe("roles page", () => {
  beforeEach(() => {
    servePeople();
    server.use(http.get("*/v1/permissions", answer(PERMISSIONS)));
  });

  it("lists built-in and own roles, and is accessible", async () => {
    const { container } = renderApp(<RoleList />);
    expect(await screen.findAllByTestId("role-row")).toHaveLength(4);
    expect(screen.queryByRole("button", { name: "Delete Owner" })).toBeNull();
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("makes a role only of what its author holds", async () => {
    let sent: unknown;
    server.use(
      http.post("*/v1/roles", async ({ request }) => {
        sent = await request.json();
        return answer(CUSTOM, { status: 201 })();
      }),
    );
    renderApp(<RoleList />);
    await userEvent.click(await screen.findByTestId("new-role"));
    const held = await screen.findByRole("checkbox", { name: /report:read/ });
    const disabled = (name: RegExp) => (screen.getByRole("checkbox", { name }) as HTMLButtonElement).disabled;
    expect(disabled(/sync:manage/)).toBe(true);
    expect(disabled(/organization:transfer/)).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Save role" }));
    expect(await screen.findByText(/at least one permission/)).toBeDefined();
    await userEvent.type(screen.getByLabelText("Name"), "Readers");
    await userEvent.click(held);
    await userEvent.click(screen.getByRole("button", { name: "Save role" }));
    await waitFor(() => expect(sent).toEqual({ name: "Readers", permissions: ["report:read"] }));
  });

  it("names those who hold a role that cannot be deleted", async () => {
    const inUse = {
      title: "Conflict",
      code: "role_in_use",
      members: ["ana@contoso.example"],
      invited: ["b@x.example"],
    };
    server.use(http.delete("*/v1/roles/r1", answer(inUse, { status: 409 })));
    renderApp(<RoleList />);
    await userEvent.click(await screen.findByRole("button", { name: "Delete Report readers" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete role" }));
    expect(await screen.findByText("ana@contoso.example")).toBeDefined();
    expect(screen.getByText("b@x.example")).toBeDefined();
  });

  it("lets who may not make roles only look", async () => {
    servePeople({ permissions: ["member:read"] });
    renderApp(<RoleList />);
    await userEvent.click(await screen.findByRole("button", { name: "Permissions of Report readers" }));
    expect(await screen.findByText("May report:read")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Save role" })).toBeNull();
  });
});

describe("grants", () => {
  it("come back from editing as they were", () => {
    const custom = { role: null, role_id: "r1", name: "Report readers", brand_ids: ["b1"] };
    expect(wishesOf(draftsOf([grant("viewer") as never, custom]))).toEqual([
      { role: "viewer", brand_ids: null },
      { role_id: "r1", brand_ids: ["b1"] },
    ]);
  });

  it("need a brand where they are limited to brands", () => {
    expect(isComplete([{ key: 0, role: "viewer", brands: [] }])).toBe(false);
    expect(isComplete([])).toBe(false);
    expect(isComplete([{ key: 0, role: "viewer", brands: null }])).toBe(true);
  });
});
