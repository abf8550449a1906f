import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { api, ok, rememberCsrfToken } from "@/lib/api";
import type { ApiError } from "@/lib/problem";
import { server } from "./setup";

const problemOf = async (respond: () => Response): Promise<ApiError> => {
  server.use(http.get("*/v1/brands", respond));
  return ok(api.GET("/v1/brands")).then(
    () => expect.unreachable("the call should fail"),
    (error: ApiError) => error,
  );
};

describe("API errors", () => {
  it("carry what problem+json says", async () => {
    const said = { title: "Busy", code: "busy", detail: "Wait.", hint: "A minute.", retryable: true };
    const error = await problemOf(() =>
      HttpResponse.json(
        { ...said, request_id: "r1" },
        {
          status: 503,
          headers: { "Content-Type": "application/problem+json", "Retry-After": "7" },
        },
      ),
    );
    expect(error).toMatchObject({ ...said, status: 503, requestId: "r1", retryAfterSeconds: 7 });
  });

  it("are errors too when the body is empty", async () => {
    const error = await problemOf(() => new HttpResponse(null, { status: 401 }));
    expect(error).toMatchObject({ status: 401, code: "http_401", retryable: false });
  });

  it("keep the request id when a proxy answers with HTML", async () => {
    const error = await problemOf(
      () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502, headers: { "X-Request-Id": "r2" } }),
    );
    expect(error).toMatchObject({ status: 502, code: "http_502", requestId: "r2", retryable: true, detail: "" });
  });

  it("name a server that cannot be reached", async () => {
    expect(await problemOf(() => HttpResponse.error())).toMatchObject({ status: 0, code: "network_unreachable" });
  });
});

describe("CSRF token", () => {
  it("goes with unsafe requests only", async () => {
    const seen: (string | null)[] = [];
    const note = ({ request }: { request: Request }) => {
      seen.push(request.headers.get("X-CSRF-Token"));
      return HttpResponse.json({ items: [] });
    };
    server.use(http.get("*/v1/brands", note), http.post("*/v1/brands", note));
    rememberCsrfToken("t0ken");
    await ok(api.GET("/v1/brands"));
    await ok(api.POST("/v1/brands", { body: { name: "Acme" } }));
    expect(seen).toEqual([null, "t0ken"]);
  });
});
