/** The pages of the settings area, in the order of its navigation. `permission` null: everybody's own. */
export const SETTINGS = [
  {
    label: "groupYou",
    pages: [
      { href: "/settings/profile/", label: "profile", permission: null },
      { href: "/settings/security/", label: "security", permission: null },
      { href: "/settings/sessions/", label: "sessions", permission: null },
    ],
  },
  {
    label: "groupOrganization",
    pages: [
      { href: "/settings/organization/", label: "organization", permission: "member:read" },
      { href: "/settings/members/", label: "members", permission: "member:read" },
      { href: "/settings/roles/", label: "roles", permission: "member:read" },
      { href: "/settings/api-keys/", label: "apiKeys", permission: "api_key:manage" },
      { href: "/settings/audit/", label: "audit", permission: "audit:read" },
    ],
  },
] as const;
