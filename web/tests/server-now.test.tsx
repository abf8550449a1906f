import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { countdown } from "@/features/connections/countdown";
import { observeServerTime } from "@/lib/clock";
import { onClockJump, useServerNow } from "@/lib/use-server-now";

const SERVER = Date.parse("2026-11-24T10:00:00Z");
const EXPIRES = new Date(SERVER + 50 * 60_000).toISOString();
const MINUTE = 60_000;

function Left() {
  return <output>{countdown(EXPIRES, useServerNow()).text}</output>;
}

const shown = () => screen.getByRole("status").textContent;
const tick = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
/** Wall-clock time passes and no timer runs: a frozen page, a sleeping laptop. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe.each([
  ["right", 0],
  ["a day behind", -86_400_000],
  ["twenty minutes ahead", 20 * MINUTE],
])("a countdown on a computer whose clock is %s", (_, skew) => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(SERVER + skew);
    observeServerTime(new Date(SERVER).toISOString());
  });
  afterEach(() => {
    vi.useRealTimers();
    observeServerTime(new Date().toISOString());
  });

  it("counts each second by the server's clock", async () => {
    render(<Left />);
    await tick(0);
    expect(shown()).toBe("50:00");
    await tick(3_000);
    expect(shown()).toBe("49:57");
  });

  it("is right at the first tick after half an hour of sleep", async () => {
    render(<Left />);
    await tick(0);
    sleep(30 * MINUTE);
    await tick(1_000);
    expect(shown()).toBe("19:59");
  });

  it("is right at once when the page is seen again", async () => {
    render(<Left />);
    await tick(0);
    sleep(30 * MINUTE);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(shown()).toBe("20:00");
  });

  it("asks for the server's time again after a leap, not after a late tick", async () => {
    const leaps = vi.fn();
    const forget = onClockJump(leaps);
    render(<Left />);
    await tick(0);
    await tick(5_000);
    sleep(3_000);
    await tick(1_000);
    expect(leaps).not.toHaveBeenCalled();
    sleep(-10 * MINUTE);
    await tick(1_000);
    expect(leaps).toHaveBeenCalledTimes(1);
    forget();
  });
});
