"""The consent page and Amazon's error page, as plain accessible HTML without scripts."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import astuple
from html import escape

from starlette.responses import HTMLResponse

from sandbox.world.tree import User

from .authorization import FIELDS, AuthorizationRequest

_STYLE = """
:root { color-scheme: light dark; --ink: #14171a; --dim: #565d66; --line: #c9ced6; --card: #fff;
  --page: #eef0f3; --act: #ffd814; --act-ink: #14171a; --focus: #0b62b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f3f5; --dim: #b3bac3; --line: #4a525c;
  --card: #1d2126; --page: #121417; --focus: #7cbcff; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2.5rem 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.75rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
.mark { display: flex; justify-content: space-between; align-items: center; font-weight: 700; }
.tag { font-size: .75rem; font-weight: 600; padding: .1rem .5rem; border: 1px solid var(--line);
  border-radius: 1rem; color: var(--dim); }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 1.25rem 0 .5rem; }
p, ul { margin: .5rem 0 1rem; } ul { padding-left: 1.2rem; } .dim { color: var(--dim); }
fieldset { border: 0; padding: 0; margin: 1.25rem 0; } legend { font-weight: 600; padding: 0; }
label { display: flex; gap: .75rem; align-items: flex-start; padding: .7rem .8rem; margin-top: .5rem;
  border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
label:has(:checked) { border-color: var(--focus); box-shadow: inset 0 0 0 1px var(--focus); }
label small { display: block; color: var(--dim); } input { margin-top: .35rem; }
.actions { display: flex; gap: .75rem; flex-direction: row-reverse; }
form + p { margin: 1.25rem 0 0; font-size: .875rem; }
button { flex: 1; min-height: 2.75rem; font: inherit; font-weight: 600; border-radius: 1.5rem;
  border: 1px solid var(--line); background: transparent; color: var(--ink); cursor: pointer; }
button[value=allow] { background: var(--act); border-color: var(--act); color: var(--act-ink); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_REGIONS = {"na": "North America", "eu": "Europe", "fe": "Far East"}
_SCOPE_WORDS = {
    "advertising::campaign_management": "View and manage your Amazon Ads campaigns and reports",
    "cpc_advertising:campaign_management": "View and manage your Amazon Ads campaigns and reports",
    "advertising::audiences": "Create and manage advertising audiences",
    "advertising::test:create_account": "Create advertising test accounts",
    "profile": "View your name and e-mail address",
    "profile:user_id": "View your user id",
    "postal_code": "View your postal code",
}


def consent_page(
    region: str, request: AuthorizationRequest, users: Iterable[User], problem: str = ""
) -> HTMLResponse:
    """The form: who signs in, what is asked, Allow or Cancel."""
    asked = "".join(f"<li>{escape(_SCOPE_WORDS[scope])}</li>" for scope in request.scopes)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in zip(FIELDS, astuple(request), strict=True)
        if value
    )
    choices = "".join(_choice(user, index == 0) for index, user in enumerate(users))
    alert = f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else ""
    body = (
        f"<h1>Leadline wants to use your Amazon Ads account</h1>{alert}"
        f"<p class=dim>If you allow this, the application will be able to:</p><ul>{asked}</ul>"
        f'<form method="post">{hidden}'
        f"<fieldset><legend>Sign in as</legend>{choices}</fieldset>"
        '<div class="actions"><button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="cancel">Cancel</button></div></form>'
        f"<p class=dim>You can remove access later in your account settings.</p>"
    )
    return _page(region, "Amazon sign-in (sandbox)", body, 400 if problem else 200)


def error_page(region: str, problem: str) -> HTMLResponse:
    """Shown instead of a redirect when the application itself is not to be trusted."""
    body = (
        "<h1>We're sorry!</h1><p>An error occurred when we tried to process your request.</p>"
        f"<p class=dim>Error summary: 400 Bad Request<br>{escape(problem)}</p>"
    )
    return _page(region, "Amazon error (sandbox)", body, 400)


def _choice(user: User, first: bool) -> str:
    mark = " checked" if first else ""
    return (
        f'<label><input type="radio" name="user" value="{escape(user.key)}"{mark} required>'
        f"<span>{escape(user.name)}<small>{escape(user.email)} · {escape(user.note)}</small>"
        "</span></label>"
    )


def _page(region: str, title: str, body: str, status: int) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f'<div class="mark"><span>Login with Amazon</span>'
        f'<span class="tag">Sandbox · {_REGIONS[region]}</span></div>{body}</main></body></html>'
    )
    return HTMLResponse(html, status, headers=_HEADERS)
