import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OrganizationSwitcher } from "@/components/organization-switcher";
import { BrandSwitcher } from "@/features/metrics/components/brand-switcher";
import { OrganizationPage } from "@/features/organization/components/organization-page";
import { ViewAsDialog } from "@/features/viewing/components/view-as-dialog";
import { ViewingBanner } from "@/features/viewing/components/viewing-banner";
import { renderApp } from "./app";
import { answer, member, ORGANIZATION, servePeople, session } from "./people";
import { server } from "./setup";

const router = vi.hoisted(() => ({ path: "/", search: "", go: vi.fn(), write: vi.fn() }));
vi.mock("@/lib/router", () => ({
  usePath: () => router.path,
  useGo: () => router.go,
  useSearch: () => [new URLSearchParams(router.search), router.write],
  Link: (props: object) => <a {...props} />,
}));

const assign = vi.fn();
const OTHER = { id: "o2", name: "Fabrikam" };

beforeEach(() => {
  for (const mock of [assign, router.go, router.write]) mock.mockReset();
  router.path = "/";
  router.search = "";
  vi.stubGlobal("location", { ...location, origin: location.origin, assign });
});

describe("organization switcher", () => {
  it("is plain text for who belongs to one", async () => {
    servePeople();
    renderApp(<OrganizationSwitcher testId="organization-name" />);
    expect((await screen.findByTestId("organization-name")).textContent).toBe("Contoso Agency");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("goes on in the chosen organization with everything loaded anew", async () => {
    servePeople({ organizations: [ORGANIZATION, OTHER] });
    let chosen: unknown;
    server.use(
      http.put("*/v1/session/organization", async ({ request }) => {
        chosen = await request.json();
        return HttpResponse.json(session() as never);
      }),
    );
    renderApp(<OrganizationSwitcher />);
    await userEvent.click(await screen.findByTestId("organization-switcher"));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Fabrikam" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
    expect(chosen).toEqual({ organization_id: "o2" });
  });
});

describe("brand switcher", () => {
  it("sets the brand filter of the dashboard and keeps the rest", async () => {
    servePeople();
    router.search = "period=last_7_days&advertiser=a1";
    renderApp(<BrandSwitcher />);
    await userEvent.selectOptions(await screen.findByTestId("brand-switcher"), "Brand b2");
    expect(router.write).toHaveBeenCalledWith("period=last_7_days&brand=b2", "push");
  });

  it("leads to the dashboard from elsewhere", async () => {
    servePeople();
    router.path = "/connections/";
    renderApp(<BrandSwitcher />);
    await userEvent.selectOptions(await screen.findByTestId("brand-switcher"), "Brand b1");
    expect(router.go).toHaveBeenCalledWith("/?brand=b1");
  });
});

describe("viewing as somebody", () => {
  it("is told on every page, and ends with a click", async () => {
    const until = new Date(Date.now() + 10 * 60_000).toISOString();
    servePeople({ viewing_as: { user_id: "u2", name: "Ana Lima", email: "ana@x", expires_at: until } });
    server.use(http.delete("*/v1/session/view-as", () => new HttpResponse(null, { status: 204 })));
    renderApp(<ViewingBanner />);
    expect(await screen.findByText("You see what Ana Lima sees, reading only.")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: "Stop viewing" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/settings/members/"));
  });

  it("loads everything anew once its time is over", async () => {
    const until = new Date(Date.now() - 60_000).toISOString();
    servePeople({ viewing_as: { user_id: "u2", name: "Ana Lima", email: "ana@x", expires_at: until } });
    renderApp(<ViewingBanner />);
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  });

  it("asks why, and begins", async () => {
    servePeople();
    let sent: unknown;
    server.use(
      http.post("*/v1/session/view-as", async ({ request }) => {
        sent = await request.json();
        return answer({}, { status: 201 })();
      }),
    );
    renderApp(<ViewAsDialog member={member("u2", "Ana Lima") as never} onClose={() => {}} />);
    await userEvent.click(screen.getByRole("button", { name: "View as Ana Lima" }));
    expect(await screen.findByText(/Say why/)).toBeDefined();
    await userEvent.type(screen.getByLabelText("Why?"), "A question");
    await userEvent.click(screen.getByRole("button", { name: "View as Ana Lima" }));
    await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
    expect(sent).toEqual({ user_id: "u2", reason: "A question", minutes: 30 });
  });
});

describe("organization page", () => {
  it("hands over with a password, and says when that is wrong", async () => {
    servePeople();
    server.use(
      http.get("*/v1/organization", answer({ ...ORGANIZATION, created_at: "2026-01-01T09:00:00Z" })),
      http.put("*/v1/organization/owner", answer({ detail: "That is not your password." }, { status: 422 })),
    );
    renderApp(<OrganizationPage />);
    await userEvent.click(await screen.findByTestId("hand-over"));
    await userEvent.selectOptions(await screen.findByLabelText("New owner"), "Ana Lima");
    await userEvent.type(screen.getByLabelText("Your password"), "wrong");
    await userEvent.click(screen.getByRole("button", { name: "Hand over the organization" }));
    expect(await screen.findByText("That is not your password.")).toBeDefined();
  });
});
