import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiKeyPage } from "@/features/api-keys/components/api-key-page";
import { lackingIn, marksOf, wishOf } from "@/features/api-keys/wish";
import type { ApiKey } from "@/lib/model";
import { renderApp } from "./app";
import { answer, servePeople } from "./people";
import { server } from "./setup";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const SECRET = `llk_${"0".repeat(22)}_${"a".repeat(49)}`;

function apiKey(more: Partial<ApiKey> = {}): ApiKey {
  return {
    id: "k1",
    name: "Nightly export",
    prefix: `llk_${"0".repeat(22)}`,
    state: "active",
    owner: { id: "u1", name: "Olga Owner" },
    own: true,
    permissions: ["report:read"],
    brand_ids: null,
    allowed_networks: [],
    rate_limit_per_minute: null,
    created_at: "2026-01-01T00:00:00Z",
    expires_at: "2099-01-01T00:00:00Z",
    last_used_at: "2026-05-31T00:00:00Z",
    last_used_ip: "203.0.113.9",
    replaced_secret_until: null,
    rotate_advised: false,
    ...more,
  };
}

const PERMISSIONS = [
  { name: "report:read", description: "See the numbers", for_api_keys: true, owner_only: false },
  { name: "sync:manage", description: "Start a pull", for_api_keys: true, owner_only: false },
  { name: "member:manage", description: "Invite people", for_api_keys: false, owner_only: false },
];

function serve(items: ApiKey[]) {
  servePeople({ permissions: ["api_key:manage", "report:read", "member:manage"] });
  server.use(
    http.get("*/v1/api-keys", answer({ items, next_cursor: null })),
    http.get("*/v1/permissions", answer({ items: PERMISSIONS })),
  );
}

async function act(name: string) {
  await userEvent.click(await screen.findByRole("button", { name: "Actions for Nightly export" }));
  await userEvent.click(await screen.findByRole("menuitem", { name }));
}

describe("what deserves a look about a key", () => {
  const marks = (more: Partial<ApiKey>) => marksOf(apiKey(more), NOW).map(({ mark }) => mark);

  it.each<[string, Partial<ApiKey>, string[]]>([
    ["one in good order", {}, ["active"]],
    ["one nobody used", { last_used_at: null }, ["active", "neverUsed"]],
    ["one that ends in 14 days", { expires_at: "2026-06-15T00:00:00Z" }, ["expiring"]],
    ["one that ends in 15 days", { expires_at: "2026-06-16T00:00:00Z" }, ["active"]],
    ["one without an end", { expires_at: null }, ["active"]],
    ["an expired one", { state: "expired", expires_at: "2026-05-01T00:00:00Z", rotate_advised: true }, ["expired"]],
    ["one whose owner left", { state: "ownerless" }, ["ownerless"]],
    ["one a former owner knows", { rotate_advised: true, last_used_at: null }, ["rotateAdvised", "neverUsed"]],
  ])("%s", (_what, more, expected) => {
    expect(marks(more)).toEqual(expected);
  });
});

describe("what is asked for", () => {
  const draft = { name: " x ", permissions: ["a"], brands: null, networks: "", perMinute: "", lifetime: "30" } as const;

  it("leaves open what was left empty", () => {
    expect(wishOf({ ...draft, lifetime: "longest" }, NOW)).toEqual({
      name: "x",
      permissions: ["a"],
      brand_ids: null,
      allowed_networks: [],
      rate_limit_per_minute: null,
      expires_at: null,
    });
  });

  it("takes networks however they are separated", () => {
    const wish = wishOf({ ...draft, networks: "192.0.2.1, 10.0.0.0/8;\n2001:db8::/32", perMinute: "60" }, NOW);
    expect(wish.allowed_networks).toEqual(["192.0.2.1", "10.0.0.0/8", "2001:db8::/32"]);
    expect([wish.rate_limit_per_minute, wish.expires_at]).toEqual([60, "2026-07-01T00:00:00.000Z"]);
  });

  it("names what is lacking", () => {
    expect(lackingIn({ ...draft, name: " " })).toBe("name");
    expect(lackingIn({ ...draft, permissions: [] })).toBe("permissions");
    expect(lackingIn({ ...draft, brands: [] })).toBe("brands");
    for (const perMinute of ["0", "-1", "many", "1.5"]) expect(lackingIn({ ...draft, perMinute })).toBe("limit");
    expect(lackingIn(draft)).toBeNull();
  });
});

describe("API keys page", () => {
  beforeEach(() => serve([apiKey()]));

  it("lists keys without secrets, and is accessible", async () => {
    const { container } = renderApp(<ApiKeyPage />);
    const row = await screen.findByTestId("api-key-row");
    expect(within(row).getByText("Owned by Olga Owner")).toBeDefined();
    expect(screen.getByTestId("curl-example").textContent).toContain("Bearer $LEADLINE_API_KEY");
    const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations).toEqual([]);
  });

  it("says that there is none, and what went wrong", async () => {
    server.use(http.get("*/v1/api-keys", answer({ title: "Away", status: 503 }, { status: 503 })));
    renderApp(<ApiKeyPage />);
    expect(await screen.findByText("Away")).toBeDefined();
    serve([]);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("There is no key yet")).toBeDefined();
  });

  it("makes a key out of permissions the person holds, and shows its secret once", async () => {
    let sent: Record<string, unknown> = {};
    server.use(
      http.post("*/v1/api-keys", async ({ request }) => {
        sent = (await request.json()) as Record<string, unknown>;
        return HttpResponse.json({ ...apiKey(), secret: SECRET }, { status: 201 });
      }),
    );
    const copied = vi.fn().mockResolvedValue(undefined);
    const user = userEvent.setup();
    vi.spyOn(navigator.clipboard, "writeText").mockImplementation(copied);
    renderApp(<ApiKeyPage />);
    await user.click(await screen.findByTestId("create-api-key"));
    const form = await screen.findByTestId("api-key-form");
    await user.click(within(form).getByRole("button", { name: "Create key" }));
    expect(await screen.findByText("Give the key a name.")).toBeDefined();
    await user.type(within(form).getByLabelText("Name"), "Nightly export");
    expect(await within(form).findByLabelText(/See the numbers/)).toBeDefined();
    expect(within(form).queryByLabelText(/Start a pull/)).toBeNull();
    expect(within(form).queryByLabelText(/Invite people/)).toBeNull();
    await user.click(within(form).getByLabelText(/See the numbers/));
    await user.selectOptions(within(form).getByLabelText("Brands"), "Chosen brands");
    await user.click(await within(form).findByLabelText("Brand b2"));
    await user.type(within(form).getByLabelText("Allowed networks"), "192.0.2.0/24");
    await user.click(within(form).getByRole("button", { name: "Create key" }));
    const field = await screen.findByTestId<HTMLInputElement>("api-key-secret");
    expect(field.value).toBe(SECRET);
    expect(sent).toMatchObject({
      name: "Nightly export",
      permissions: ["report:read"],
      brand_ids: ["b2"],
      allowed_networks: ["192.0.2.0/24"],
    });
    await user.click(screen.getByRole("button", { name: "Copy" }));
    expect(copied).toHaveBeenCalledWith(SECRET);
    await user.click(screen.getByRole("button", { name: "I have kept it" }));
    await waitFor(() => expect(document.body.innerHTML).not.toContain(SECRET));
  });

  it("rotates with a grace, and shows the new secret", async () => {
    let sent: unknown;
    server.use(
      http.post("*/v1/api-keys/k1/secrets", async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ ...apiKey(), secret: SECRET }, { status: 201 });
      }),
    );
    renderApp(<ApiKeyPage />);
    await act("Rotate");
    await userEvent.selectOptions(await screen.findByLabelText("The old key works for"), "0");
    await userEvent.click(screen.getByRole("button", { name: "Rotate key" }));
    expect((await screen.findByTestId<HTMLInputElement>("api-key-secret")).value).toBe(SECRET);
    expect(sent).toEqual({ grace_hours: 0 });
  });

  it("does not offer to rotate the key of another", async () => {
    serve([apiKey({ own: false })]);
    renderApp(<ApiKeyPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Nightly export" }));
    expect(await screen.findByRole("menuitem", { name: "Revoke" })).toBeDefined();
    expect(screen.queryByRole("menuitem", { name: "Rotate" })).toBeNull();
  });

  it("revokes after asking", async () => {
    let revoked = false;
    server.use(
      http.delete("*/v1/api-keys/k1", () => {
        revoked = true;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    renderApp(<ApiKeyPage />);
    await act("Revoke");
    expect(revoked).toBe(false);
    await userEvent.click(await screen.findByRole("button", { name: "Revoke key" }));
    await waitFor(() => expect(revoked).toBe(true));
  });
});
