"""Clerk's hosted sign-in page, in the sandbox: pick a person."""

from collections.abc import Sequence
from html import escape
from typing import Any

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Sign in · Clerk (sandbox)</title>
<style>body{{font:16px system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}}
button{{display:block;width:100%;margin:.5rem 0;padding:.7rem;text-align:left;font:inherit}}</style>
</head><body><main><h1>Sign in</h1><p>The sandbox plays Clerk. Whoever you pick is signed in.</p>
<form method="post">{people}</form></main></body></html>"""


def sign_in_page(users: Sequence[dict[str, Any]]) -> str:
    """One button per person; the form posts to the address it was opened at."""
    return _PAGE.format(people="".join(_button(user) for user in users))


def _button(user: dict[str, Any]) -> str:
    name = escape(f"{user['first_name']} {user['last_name']}")
    email = escape(user["email_addresses"][0]["email_address"])
    return f'<button name="user" value="{escape(user["id"])}">{name}<br><small>{email}</small></button>'
