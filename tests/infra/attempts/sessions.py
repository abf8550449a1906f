"""Signing in and out."""

from .attempt import Attempt, Attempts, read

ATTEMPTS: dict[str, Attempts] = {
    "signIn": lambda victim, _own: [
        Attempt(
            "POST",
            "/v1/session",
            frozenset({401}),
            {"email": victim.email, "password": "not the password"},
            fresh=True,
        )
    ],
    "showSession": read("/v1/session"),
    "signOut": lambda _victim, _own: [
        Attempt("DELETE", "/v1/session", frozenset({204}), fresh=True)
    ],
}
