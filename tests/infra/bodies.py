"""Requests of a signed-in person whose body is bytes of any kind."""

from collections.abc import Iterator, Mapping

import httpx

from infra.agency import Agency

JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def send_body(
    agency: Agency,
    method: str,
    path: str,
    content: bytes | Iterator[bytes],
    headers: Mapping[str, str] = JSON,
) -> httpx.Response:
    """The answer to this body, sent as it is."""
    token = {"X-CSRF-Token": agency.session["csrf_token"]}
    return agency.http.request(method, path, content=content, headers={**token, **headers})
