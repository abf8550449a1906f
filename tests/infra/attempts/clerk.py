"""Clerk's routes, under the built-in provider: they are not there."""

from .attempt import GONE, Attempt, Attempts

ATTEMPTS: dict[str, Attempts] = {
    "signInWithClerk": lambda _victim, _own: [
        Attempt("POST", "/v1/session/clerk", GONE, {"token": "a.b.c"}, fresh=True)
    ],
    "takeClerkWebhook": lambda _victim, _own: [
        Attempt(
            "POST", "/v1/clerk/webhooks", GONE, {"type": "user.created", "data": {}}, fresh=True
        )
    ],
}
