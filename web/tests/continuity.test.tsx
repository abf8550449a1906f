import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { ContinuityStrip } from "@/features/credentials/components/continuity-strip";
import { share } from "@/features/credentials/share";
import { renderApp } from "./app";
import { server } from "./setup";

const tally = (hours: number, due: number, done: number, late = 0, failed = 0) => ({
  window_hours: hours,
  due,
  done,
  late,
  failed,
  done_share: due ? done / due : null,
});

function answer(tallies: Record<string, ReturnType<typeof tally>>) {
  server.use(
    http.get("*/v1/credentials/continuity", ({ request }) =>
      HttpResponse.json(tallies[new URL(request.url).searchParams.get("window_hours") ?? ""]),
    ),
  );
}

describe("share", () => {
  it("is 100 % only when everything that was due is done", () => {
    expect(share({ due: 1204, done: 1204 })).toBe("100 %");
    expect(share({ due: 100_000, done: 99_999 })).toBe("99.99 %");
    expect(share({ due: 3, done: 0 })).toBe("0.00 %");
    expect(share({ due: 0, done: 0 })).toBe("–");
  });
});

describe("continuity strip", () => {
  it("shows what was due, done, late and failed in the chosen window", async () => {
    answer({ 24: tally(24, 1204, 1204), 168: tally(168, 8428, 8426, 12, 2) });
    renderApp(<ContinuityStrip />);
    expect((await screen.findByTestId("continuity-due")).textContent).toBe("1,204");
    expect(screen.getByTestId("continuity-share").textContent).toBe("100 %");
    await userEvent.click(screen.getByRole("radio", { name: "7 days" }));
    await waitFor(() => expect(screen.getByTestId("continuity-due").textContent).toBe("8,428"));
    expect(screen.getByTestId("continuity-late").textContent).toBe("12");
    expect(screen.getByTestId("continuity-failed").textContent).toBe("2");
    expect(screen.getByTestId("continuity-share").textContent).toBe("99.97 %");
  });

  it("says so when nothing was due", async () => {
    answer({ 24: tally(24, 0, 0) });
    renderApp(<ContinuityStrip />);
    await screen.findByText("No refresh was due");
  });

  it("names the problem and can be tried again", async () => {
    server.use(http.get("*/v1/credentials/continuity", () => new HttpResponse(null, { status: 503 })));
    renderApp(<ContinuityStrip />);
    await screen.findByRole("alert");
    answer({ 24: tally(24, 2, 2) });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect((await screen.findByTestId("continuity-done")).textContent).toBe("2");
  });
});
