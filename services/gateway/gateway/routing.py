"""The whole public surface on one page: which path goes to which service, and what needs no session.

Nothing that is not listed here can be reached through the gateway; `/internal/*` never is.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """Everything under `prefix` belongs to `service`."""

    prefix: str
    service: str


ROUTES: tuple[Route, ...] = (
    Route("/v1/identity", "auth"),
    Route("/v1/session", "auth"),
    Route("/v1/clerk", "auth"),
    Route("/v1/users", "auth"),
    Route("/v1/password-resets", "auth"),
    Route("/v1/user", "auth"),
    Route("/v1/organization", "auth"),
    Route("/v1/members", "auth"),
    Route("/v1/roles", "auth"),
    Route("/v1/permissions", "auth"),
    Route("/v1/invitations", "auth"),
    Route("/v1/api-keys", "auth"),
    Route("/v1/sessions", "auth"),
    Route("/v1/brands", "auth"),
    Route("/v1/connections", "auth"),
    Route("/v1/consent-requests", "auth"),
    Route("/v1/advertisers", "auth"),
    Route("/v1/audit", "auth"),
    Route("/v1/credentials", "token-refresher"),
    Route("/v1/syncs", "dsp-ingest"),
    Route("/v1/campaigns", "dsp-ingest"),
    Route("/v1/ad-groups", "dsp-ingest"),
    Route("/v1/ads", "dsp-ingest"),
    Route("/v1/amc", "amc-runner"),
    Route("/v1/metrics", "reporting"),
    Route("/v1/exports", "reporting"),
)

LOGIN = ("POST", "/v1/session")
LOGOUT = ("DELETE", "/v1/session")
CALLBACK = ("GET", "/v1/connections/callback")
IDENTITY = ("GET", "/v1/identity")
CLERK_WEBHOOKS = ("POST", "/v1/clerk/webhooks")
"""Comes from Clerk; its signature is its session."""
SIGN_INS = frozenset(
    {
        LOGIN,
        ("POST", "/v1/session/second-factor"),
        ("POST", "/v1/session/clerk"),
        ("POST", "/v1/users/verification"),
    }
)
"""They end with a new session; the one the browser had is left behind."""
BEFORE_SIGN_IN = SIGN_INS | {
    ("POST", "/v1/users"),
    ("POST", "/v1/users/verification/letters"),
    ("POST", "/v1/password-resets"),
    ("PUT", "/v1/password-resets"),
}
"""Counted per address as guesses are; a session left in the browser plays no part, nor its CSRF token."""
INVITED = frozenset({("GET", "/v1/invitations/offer"), ("POST", "/v1/invitations/acceptances")})
"""For who holds an invitation's token, signed in or not; a session that is there counts."""
SWITCH = ("PUT", "/v1/session/organization")
STOP_VIEWING = ("DELETE", "/v1/session/view-as")
ROTATES = frozenset({("POST", "/v1/session/view-as"), STOP_VIEWING})
"""The session goes on under another token."""
LEAVES = SIGN_INS | ROTATES | {LOGOUT, SWITCH}
"""The session that the browser came with is over, or is so under the token it came with."""
ENDS_SESSIONS_OF_SOMEBODY = frozenset({("PUT", "/v1/password-resets"), CLERK_WEBHOOKS})
"""Whose is known to auth alone: nobody has to be signed in."""
WHILE_VIEWING = frozenset(
    {LOGOUT, STOP_VIEWING, ("POST", "/v1/metrics/query")}
    | {("POST", f"/v1/metrics/query.{form}") for form in ("csv", "xlsx", "parquet")}
)
"""All that is not a plain read and still let through while somebody views as another person."""
OPENING = ("POST", "/v1/consent-requests/openings")
DOWNLOAD = ("GET", "/v1/exports/download")
BY_LINK = frozenset({("GET", "/v1/consent-requests/offer"), OPENING, DOWNLOAD})
"""For who holds a link's token; a session that is there plays no part, nor its CSRF token."""
CONSENT_COOKIE = "leadline_consent"
"""Of the browser that followed a magic link; auth is told its value when it comes back from Amazon."""
WITHOUT_SESSION = BEFORE_SIGN_IN | INVITED | BY_LINK | {CALLBACK, IDENTITY, CLERK_WEBHOOKS}
SETS_COOKIES = SIGN_INS | ROTATES | {OPENING, LOGOUT, SWITCH, ("GET", "/v1/session")}
NOT_FOR_KEYS = WITHOUT_SESSION | SETS_COOKIES
"""Doors of people and of other senders: nobody signs in with an API key."""

EVENTS_PATH = "/v1/events"
OPENAPI_PATH = "/v1/openapi.json"
HEALTH_PATHS = frozenset({"/livez", "/readyz"})
METRICS_PATH = "/metrics"
PRIVATE_PREFIXES = ("/internal", "/docs", "/redoc", "/openapi.json")

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
METHODS = UNSAFE_METHODS | {"GET", "HEAD", "OPTIONS"}

_RIGHTS = frozenset({"api-keys", "members", "organization", "roles", "sessions", "user"})

_BY_NOUN = {route.prefix.split("/")[2]: route for route in ROUTES}


def route_of(path: str) -> Route | None:
    """The route of a cleaned `/v1/...` path, None when nobody serves it."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[0] != "" or parts[1] != "v1":
        return None
    return _BY_NOUN.get(parts[2])


def changes_rights(method: str, path: str) -> bool:
    """Whether such a call, when it succeeds, may change who of the caller's organization may do what."""
    return method in UNSAFE_METHODS and path.split("/", 3)[2] in _RIGHTS


def is_api(path: str) -> bool:
    """Whether a failure is told as problem+json rather than as a page."""
    return path == "/v1" or path.startswith("/v1/")


def is_callback(method: str, path: str) -> bool:
    """Whether a browser comes back from Amazon: it must end on a page, whatever happens."""
    return (method, path) == CALLBACK


def is_private(path: str) -> bool:
    """Whether the path belongs to the services' own surface, which has no door to the outside."""
    return any(path == p or path.startswith(p + "/") for p in PRIVATE_PREFIXES)
