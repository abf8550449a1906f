type Fields = Record<string, unknown>;
type Known = Pick<
  ApiError,
  "status" | "code" | "title" | "detail" | "hint" | "retryable" | "requestId" | "retryAfterSeconds"
>;

/** An answer of the API that is not a success, as RFC 9457 problem+json describes it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly requestId: string;
  readonly retryAfterSeconds: number | null;
  private readonly fields: Fields;

  constructor(fields: Known, all: Fields = {}) {
    super(fields.detail || fields.title);
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.retryable = fields.retryable;
    this.requestId = fields.requestId;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.fields = all;
  }

  /** Texts that this kind of error lists under a name of its own; none where it does not. */
  list(name: string): string[] {
    const value = this.fields[name];
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
  }
}

const text = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value : "";
};

function fieldsOf(body: unknown): Fields {
  if (typeof body === "string") {
    try {
      return fieldsOf(JSON.parse(body));
    } catch {
      return {};
    }
  }
  return body !== null && typeof body === "object" && !Array.isArray(body) ? (body as Fields) : {};
}

function retryAfter(response: Response, fields: Fields): number | null {
  const seconds = Number(fields.retry_after_seconds ?? response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null;
}

/** Never fails: an empty, HTML or malformed body still gives an error with the status and request id. */
export function problemFrom(response: Response, body: unknown): ApiError {
  const fields = fieldsOf(body);
  return new ApiError(
    {
      status: response.status,
      code: text(fields, "code") || `http_${response.status}`,
      title: text(fields, "title") || response.statusText || `HTTP ${response.status}`,
      detail: text(fields, "detail"),
      hint: text(fields, "hint"),
      retryable: typeof fields.retryable === "boolean" ? fields.retryable : response.status >= 500,
      requestId: text(fields, "request_id") || response.headers.get("X-Request-Id") || "",
      retryAfterSeconds: retryAfter(response, fields),
    },
    fields,
  );
}

/** The request never reached the server: offline, refused, or cut off. */
export function unreachable(cause: unknown): ApiError {
  return new ApiError({
    status: 0,
    code: "network_unreachable",
    title: "Leadline cannot be reached",
    detail: cause instanceof Error ? cause.message : "",
    hint: "Check your connection; the page keeps trying.",
    retryable: true,
    requestId: "",
    retryAfterSeconds: null,
  });
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : unreachable(error);
}
