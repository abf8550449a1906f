"""The mailbox as a plain accessible page without scripts."""

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

_STYLE = """
:root { color-scheme: light dark; --ink: #14171a; --dim: #565d66; --line: #c9ced6; --card: #fff;
  --page: #eef0f3; --focus: #0b62b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1f3f5; --dim: #b3bac3; --line: #4a525c;
  --card: #1d2126; --page: #121417; --focus: #7cbcff; } }
body { margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; overflow-wrap: anywhere; } h1 { font-size: 1.3rem; } h2 { font-size: 1rem; margin: 0; }
article { margin-top: 1rem; padding: 1rem 1.25rem; background: var(--card); border-radius: .75rem;
  border: 1px solid var(--line); }
.dim { color: var(--dim); margin: 0; font-size: .875rem; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0 0; }
a { color: var(--focus); } :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def mailbox_page(letters: Iterable[dict[str, str]], to: str) -> HTMLResponse:
    """Every letter with its links; `to` says whose."""
    whose = f"to {escape(to)}" if to else "to everybody"
    items = "".join(map(_article, letters)) or "<p>No letters yet.</p>"
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Mailbox (sandbox)</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>Letters {whose}</h1><p class=dim>The sandbox takes every letter; none leaves this "
        f"machine. Newest first.</p>{items}</main></body></html>",
        headers=_HEADERS,
    )


def _article(letter: dict[str, str]) -> str:
    return (
        f"<article><h2>{escape(letter['subject'])}</h2>"
        f"<p class=dim>to {escape(letter['to'])} · {escape(letter['at'])}</p>"
        f"<p class=words>{_linked(letter['text'])}</p></article>"
    )


def _linked(text: str) -> str:
    """The words escaped; what begins with http becomes a link."""
    return re.sub(
        r"https?://[^\s<>\"']+",
        lambda found: f'<a href="{found[0]}">{found[0]}</a>',
        escape(text, quote=False),
    )
