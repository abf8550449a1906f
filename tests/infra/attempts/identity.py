"""Opening an account, forgotten passwords, one's own account and second factor."""

from infra.tenants import Holdings

from .attempt import Attempt, Attempts, read

WRONG = "not the password"
REFUSED = frozenset({409, 422, 429})
"""A wrong password, code or token; nothing that is the victim's is touched."""


def _asks_for_letter(method: str, path: str) -> Attempts:
    """The answer is the same for everybody, or that letters are not sent or were asked for too often."""

    def attempts(victim: Holdings, _own: Holdings) -> list[Attempt]:
        allowed = frozenset({202, 409, 429})
        return [Attempt(method, path, allowed, {"email": victim.email})]

    return attempts


def _refused(method: str, path: str, body: dict[str, str]) -> Attempts:
    return lambda _victim, _own: [Attempt(method, path, REFUSED, body)]


def _sign_up(victim: Holdings, _own: Holdings) -> list[Attempt]:
    body = {"email": victim.email, "password": "a quiet lake at dawn", "name": "N"}
    allowed = frozenset({202, 403, 429})
    return [Attempt("POST", "/v1/users", allowed, {**body, "organization_name": "O"})]


ATTEMPTS: dict[str, Attempts] = {
    "showIdentity": read("/v1/identity"),
    "signUp": _sign_up,
    "resendVerification": _asks_for_letter("POST", "/v1/users/verification/letters"),
    "verifyEmail": _refused(
        "POST", "/v1/users/verification", {"token": "unknown", "password": WRONG}
    ),
    "askPasswordReset": _asks_for_letter("POST", "/v1/password-resets"),
    "redeemPasswordReset": _refused(
        "PUT", "/v1/password-resets", {"token": "unknown", "password": WRONG}
    ),
    "finishSignIn": lambda _victim, _own: [
        Attempt(
            "POST",
            "/v1/session/second-factor",
            frozenset({401}),
            {"challenge": "unknown", "code": "000000"},
            fresh=True,
        )
    ],
    "showUser": read("/v1/user"),
    "updateUser": lambda _victim, _own: [
        Attempt("PATCH", "/v1/user", frozenset({200}), {"name": "A name of both"})
    ],
    "changePassword": _refused("PUT", "/v1/user/password", {"current": WRONG, "new": WRONG}),
    "askEmailChange": _refused(
        "POST", "/v1/user/email", {"email": "n@n.example", "password": WRONG}
    ),
    "confirmEmailChange": _refused("PUT", "/v1/user/email", {"token": "unknown"}),
    "showSecondFactor": read("/v1/user/second-factor"),
    "beginSecondFactor": _refused("POST", "/v1/user/second-factor", {"password": WRONG}),
    "confirmSecondFactor": _refused("PUT", "/v1/user/second-factor", {"code": "000000"}),
    "removeSecondFactor": _refused(
        "POST", "/v1/user/second-factor/removal", {"password": WRONG, "code": "000000"}
    ),
    "renewRecoveryCodes": _refused(
        "POST", "/v1/user/second-factor/recovery-codes", {"password": WRONG, "code": "000000"}
    ),
}
