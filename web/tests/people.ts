import { HttpResponse, http } from "msw";
import { server } from "./setup";

export const ORGANIZATION = { id: "o1", name: "Contoso Agency" };

const PERMISSIONS = [
  "member:read",
  "member:manage",
  "member:view_as",
  "role:manage",
  "report:read",
  "organization:manage",
  "organization:transfer",
];

export const session = (more: object = {}) => ({
  user: { id: "u1", email: "owner@contoso.example", name: "Olga Owner" },
  impersonator: null,
  viewing_as: null,
  organization: ORGANIZATION,
  organizations: [ORGANIZATION],
  role: "owner",
  permissions: PERMISSIONS,
  brand_ids: null,
  narrower: {},
  csrf_token: "csrf",
  expires_at: "2026-03-01T20:00:00Z",
  ...more,
});

export const grant = (role: string, brand_ids: string[] | null = null) => ({
  role,
  role_id: null,
  name: role,
  brand_ids,
});

export const member = (id: string, name: string, more: object = {}) => ({
  user_id: id,
  name,
  email: `${name.split(" ")[0]?.toLowerCase()}@contoso.example`,
  grants: [grant("viewer")],
  status: "active",
  joined_at: "2026-01-01T09:00:00Z",
  last_seen_at: "2026-03-01T09:00:00Z",
  second_factor: false,
  manageable: true,
  ...more,
});

export const ROLES = ["owner", "admin", "viewer"].map((name) => ({
  id: null,
  name,
  built_in: true,
  permissions: ["report:read"],
  members: 1,
  updated_at: null,
}));

export const CUSTOM = {
  id: "r1",
  name: "Report readers",
  built_in: false,
  permissions: ["report:read"],
  members: 2,
  updated_at: "2026-02-01T09:00:00Z",
};

export const answer = (body: object, init?: ResponseInit) => () => HttpResponse.json(body as never, init);
const list = (items: object[]) => answer({ items, next_cursor: null });

/** An agency with two brands and two people; tests override what they are about. */
export function servePeople(more: object = {}): void {
  server.use(
    http.get("*/v1/session", answer(session(more))),
    http.get(
      "*/v1/members",
      list([member("u1", "Olga Owner", { grants: [grant("owner")] }), member("u2", "Ana Lima")]),
    ),
    http.get("*/v1/invitations", list([])),
    http.get("*/v1/roles", list([...ROLES, CUSTOM])),
    http.get(
      "*/v1/brands",
      list(["b1", "b2"].map((id) => ({ id, name: `Brand ${id}`, archived: false, advertisers: 1, created_at: "" }))),
    ),
  );
}
