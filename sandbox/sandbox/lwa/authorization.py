"""What the consent page was asked for, and whether Amazon would show the form at all."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox.settings import Settings

from .grants import SCOPES

FIELDS = (
    "client_id", "scope", "response_type", "redirect_uri", "state",
    "code_challenge", "code_challenge_method",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The query of the authorize URL; absent parameters are empty."""

    client_id: str = ""
    scope: str = ""
    response_type: str = ""
    redirect_uri: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self.scope.split())

    def success(self, code: str) -> str:
        return self._back({"code": code, "scope": " ".join(self.scopes)})

    def refusal(self, error: str, description: str) -> str:
        return self._back({"error": error, "error_description": description})

    def _back(self, answer: dict[str, str]) -> str:
        if self.state:
            answer["state"] = self.state
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(answer)}"


def page_problem(request: AuthorizationRequest, settings: Settings) -> str | None:
    """Faults which Amazon shows on its own error page, never by redirect."""
    if not request.client_id:
        return "The request is missing a required parameter : client_id"
    if request.client_id != settings.lwa_client_id:
        return "An unknown client_id was given"
    if not request.redirect_uri:
        return "The request is missing a required parameter : redirect_uri"
    if not settings.allows_return_to(request.redirect_uri):
        return "The redirect URI you provided has not been whitelisted for your application"
    return None


def redirect_problem(request: AuthorizationRequest) -> tuple[str, str] | None:
    """(error, description) of faults told to the application by redirect (OAuth 2.0 set)."""
    if not request.response_type:
        return "invalid_request", "The request is missing a required parameter : response_type"
    if request.response_type != "code":
        return "unsupported_response_type", "The response_type is not supported"
    if not request.scopes:
        return "invalid_request", "The request is missing a required parameter : scope"
    if not set(request.scopes) <= SCOPES:
        return "invalid_scope", "An unknown scope was requested"
    if request.code_challenge_method not in {"", "S256", "plain"}:
        return "invalid_request", "The request has an invalid parameter : code_challenge_method"
    return None
