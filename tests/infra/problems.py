"""What every error must look like: problem+json, complete, and without anybody's secret."""

from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from infra.installation import Installation
from infra.leftovers import TOKEN, known_secrets

MEMBERS = {
    "type": str,
    "title": str,
    "status": int,
    "code": str,
    "detail": str,
    "hint": str,
    "retryable": bool,
    "request_id": str,
}
GIVEAWAYS = (b"Traceback", b"asyncpg", b"pydantic", b"/services/", b"site-packages")


class Said(Protocol):
    """An answer of httpx."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Any: ...


@dataclass(frozen=True)
class Problems:
    """Checks errors against the secrets of one installation."""

    secrets: dict[str, bytes]

    @classmethod
    def of(cls, installation: Installation) -> "Problems":
        return cls(known_secrets(installation))

    def check(self, answer: Said, *statuses: int) -> dict[str, Any]:
        """The problem, with one of these statuses; raises AssertionError where it is less than whole."""
        return self.check_parts(
            answer.status_code, answer.headers.get("content-type"), answer.content, *statuses
        )

    def check_parts(
        self, status: int, content_type: str | None, body: bytes, *statuses: int
    ) -> dict[str, Any]:
        told = f"{status} {content_type} {body[:500]!r}"
        assert status in statuses, told
        assert content_type == "application/problem+json", told
        problem = orjson.loads(body)
        for name, kind in MEMBERS.items():
            assert isinstance(problem.get(name), kind), f"{name}: {told}"
        assert problem["status"] == status, told
        assert problem["code"], told
        assert problem["request_id"], told
        self.clean(body)
        return problem

    def clean(self, body: bytes) -> None:
        """Nothing secret, and nothing about how it is made inside."""
        assert not TOKEN.search(body), body[:500]
        assert [name for name, secret in self.secrets.items() if secret in body] == []
        assert [word for word in GIVEAWAYS if word in body] == []
