"""GET and POST /ap/oa: the browser's side of Login with Amazon."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from sandbox.deps import CurrentRegion, Deps, SandboxDeps

from .authorization import FIELDS, AuthorizationRequest, page_problem, redirect_problem
from .grants import Consent
from .pages import consent_page, error_page

router = APIRouter()


@router.get("/ap/oa")
def show_consent(request: Request, region: CurrentRegion, deps: Deps) -> Response:
    asked = _authorization(dict(request.query_params))
    return _refusal(region, asked, deps) or consent_page(
        region, asked, deps.world.tree.users.values()
    )


@router.post("/ap/oa")
async def decide_consent(request: Request, region: CurrentRegion, deps: Deps) -> Response:
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    asked = _authorization(form)
    refused = _refusal(region, asked, deps)
    if refused:
        return refused
    if form.get("decision") != "allow":
        return RedirectResponse(asked.refusal("access_denied", "Access not permitted."), 302)
    user = deps.world.tree.users.get(form.get("user", ""))
    if not user:
        users = deps.world.tree.users.values()
        return consent_page(region, asked, users, "Choose the account to sign in with")
    code = deps.grants.issue_code(
        Consent(
            user.key, asked.client_id, asked.redirect_uri, asked.scopes, asked.code_challenge,
            "S256" if asked.code_challenge_method == "S256" else "plain",
        )
    )  # fmt: skip
    return RedirectResponse(asked.success(code), 302)


def _authorization(values: dict[str, str]) -> AuthorizationRequest:
    return AuthorizationRequest(**{name: values.get(name, "") for name in FIELDS})


def _refusal(region: str, asked: AuthorizationRequest, deps: SandboxDeps) -> Response | None:
    problem = page_problem(asked, deps.settings)
    if problem:
        return error_page(region, problem)
    told = redirect_problem(asked)
    return RedirectResponse(asked.refusal(*told), 302) if told else None
