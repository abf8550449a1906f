import { describe, expect, it } from "vitest";
import { loginPath, nextPath } from "@/features/session/next-path";

const ORIGIN = "https://leadline.example";

describe("nextPath", () => {
  it("leads back to the page that was asked for, with its filters", () => {
    expect(nextPath("/?brand=a,b&level=creative", ORIGIN)).toBe("/?brand=a,b&level=creative");
    expect(nextPath("/connections/?connected=1", ORIGIN)).toBe("/connections/?connected=1");
  });

  it.each([null, "", "https://evil.example/", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "/login/"])(
    "goes home instead of %s",
    (next) => {
      expect(nextPath(next, ORIGIN)).toBe("/");
    },
  );

  it("takes the data file of a page for the page", () => {
    expect(nextPath("/sync/index.txt?_rsc=1ab", ORIGIN)).toBe("/sync/");
    expect(nextPath("/sync/__next._tree.txt", ORIGIN)).toBe("/sync/");
  });
});

describe("loginPath", () => {
  it("names where to return, unless that is the home page", () => {
    expect(loginPath({ pathname: "/sync/", search: "?a=1" })).toBe("/login/?next=%2Fsync%2F%3Fa%3D1");
    expect(loginPath({ pathname: "/", search: "" })).toBe("/login/");
  });
});
