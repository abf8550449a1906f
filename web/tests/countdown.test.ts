import { afterEach, describe, expect, it } from "vitest";
import { countdown } from "@/features/connections/countdown";
import { observeServerTime, serverNow } from "@/lib/clock";

const SERVER = Date.parse("2026-11-24T10:00:00Z");
const at = (ms: number) => new Date(ms).toISOString();

afterEach(() => observeServerTime(at(Date.now()), Date.now()));

describe("countdown", () => {
  it("counts to the expiry on the server's clock when the browser runs twenty minutes ahead", () => {
    const clientNow = SERVER + 20 * 60_000;
    observeServerTime(at(SERVER), clientNow);
    expect(countdown(at(SERVER + 3600_000), serverNow(clientNow)).text).toBe("1:00:00");
  });

  it("counts to the expiry on the server's clock when the browser runs a day behind", () => {
    const clientNow = SERVER - 86_400_000;
    observeServerTime(at(SERVER), clientNow);
    expect(countdown(at(SERVER + 754_000), serverNow(clientNow + 4_000)).text).toBe("12:30");
  });

  it("takes the newest word of the server when its clock is told again", () => {
    observeServerTime(at(SERVER), SERVER + 5_000);
    observeServerTime(at(SERVER + 60_000), SERVER + 60_000);
    expect(serverNow(SERVER + 61_000)).toBe(SERVER + 61_000);
  });

  it("ignores a server time that is no time", () => {
    observeServerTime(at(SERVER), SERVER + 5_000);
    observeServerTime("soon", SERVER);
    expect(serverNow(SERVER + 5_000)).toBe(SERVER);
  });

  it("rounds a begun second up, so that it never shows expired early", () => {
    expect(countdown(at(SERVER + 1), SERVER)).toMatchObject({ expired: false, text: "0:01" });
  });

  it("stays at zero after the expiry", () => {
    expect(countdown(at(SERVER - 90_000), SERVER)).toMatchObject({ expired: true, totalSeconds: 0, text: "0:00" });
  });
});
