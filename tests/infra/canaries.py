"""Strings that must not be seen by somebody: gathered from whom they belong to, searched in answers."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from infra.installation import Installation

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHORTEST = 6
PLAIN = ("user", "profile_ids", "type", "size", "start_date", "end_date", "currency", "country")


@dataclass(frozen=True)
class Canaries:
    """`words` belong to others; what is legitimately known, or part of it, is not among them."""

    words: frozenset[str]

    @classmethod
    def of(cls, theirs: Iterable[str], known: Iterable[str]) -> "Canaries":
        own = "\n".join(known)
        return cls(frozenset(w for w in theirs if len(w) >= SHORTEST and w not in own))

    def found(self, text: str, *, asked: str = "") -> list[str]:
        """Those in `text`, without those that the question itself held."""
        return sorted(word for word in self.words if word in text and word not in asked)

    def in_answer(self, answer: httpx.Response) -> list[str]:
        """Those in an answer's headers and body that its request did not hold."""
        request = answer.request
        asked = f"{request.url}\n{request.content.decode()}"
        head = "\n".join(answer.headers.values())
        return self.found(f"{head}\n{plain_text(answer)}", asked=asked)


def plain_text(answer: httpx.Response) -> str:
    """The body's texts as people read them, and the body itself."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/x-ndjson") and answer.content:
        lines = [word for line in answer.text.splitlines() for word in texts(orjson.loads(line))]
        return "\n".join([answer.text, *lines])
    if "json" in kind and answer.content:
        return "\n".join([answer.text, *texts(orjson.loads(answer.content))])
    if kind.startswith("text/csv"):
        rows = csv.reader(io.StringIO(answer.text))
        return "\n".join([answer.text, *(cell for row in rows for cell in row)])
    return answer.text


def texts(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in PLAIN:
                yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def ids(value: Any) -> set[str]:
    """Every id of ours in a JSON value."""
    return {word for text in texts(value) for word in UUID.findall(text)}


@dataclass(frozen=True)
class World:
    """The sandbox's whole world: what Amazon shows to whom."""

    tree: dict[str, Any]

    @classmethod
    def of(cls, installation: Installation) -> "World":
        return cls(installation.sandbox("GET", "/world"))

    def seen_by(self, user: str) -> set[str]:
        """Every id and name this Amazon user can reach."""
        account = next(u for u in self.tree["users"] if u["user"] == user)
        parts = [
            *self._among("advertisers", "advertiser_id", account["advertiser_ids"]),
            *self._among("profiles", "profile_id", account["profile_ids"]),
            *self._among("amc_accounts", "account_id", account["amc_account_ids"]),
        ]
        return set(texts(parts))

    def of_advertiser(self, amazon_advertiser_id: str) -> set[str]:
        """Every id and name below one advertiser."""
        return set(texts(self._among("advertisers", "advertiser_id", [amazon_advertiser_id])))

    def _among(self, kind: str, key: str, wanted: list[str]) -> list[Any]:
        return [item for item in self.tree[kind] if item[key] in wanted]
