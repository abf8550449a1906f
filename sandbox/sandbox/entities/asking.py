"""What list requests ask for, and how it is refused: bodies, filters, page sizes, tokens."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

import orjson
from fastapi import Depends, Request

from sandbox.accounts.access import ACCOUNT_HEADER, SCOPE_HEADER, authenticate, scoped_profile
from sandbox.deps import SandboxDeps
from sandbox.envelopes import AdsError, Family
from sandbox.paging import UnknownTokenError, page
from sandbox.world.tree import Advertiser

T = TypeVar("T")
Refusal = Callable[[str, str], AdsError]
"""Field and text to the 400 of a family."""


async def _raw(request: Request) -> bytes:
    return await request.body()


RawBody = Annotated[bytes, Depends(_raw)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A JSON body, read field by field."""

    fields: dict[str, Any]
    refuse: Refusal

    @classmethod
    def of(cls, raw: bytes, refuse: Refusal) -> "Asked":
        try:
            fields: object = orjson.loads(raw) if raw else {}
        except orjson.JSONDecodeError as error:
            raise refuse("", "Malformed JSON") from error
        if not isinstance(fields, dict):
            raise refuse("", "The body must be an object")
        return cls(cast("dict[str, Any]", fields), refuse)

    def member(self, name: str) -> "Asked | None":
        """An object inside the body, if it is there."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(name, f"{name} must be an object")
        return Asked(cast("dict[str, Any]", value), self.refuse)

    def texts(
        self, name: str, most: int, *, least: int = 1, among: Collection[str] | None = None
    ) -> frozenset[str] | None:
        """A list of strings; None where it is absent."""
        value = self.fields.get(name)
        if value is None:
            return None
        found = cast("list[Any]", value) if isinstance(value, list) else [None]
        items = [item for item in found if isinstance(item, str)]
        if len(items) != len(found):
            raise self.refuse(name, f"{name} must be a list of strings")
        if not least <= len(items) <= most:
            raise self.refuse(name, f"{name} must have from {least} to {most} values")
        wrong = [item for item in items if among is not None and item not in among]
        if wrong:
            raise self.refuse(name, f"{name} has unknown values: {', '.join(wrong)[:200]}")
        return frozenset(items)

    def included(
        self, name: str, most: int, among: Collection[str] | None = None
    ) -> frozenset[str] | None:
        """A filter of the form {"include": [...]}."""
        inner = self.member(name)
        if inner is None:
            return None
        found = inner.texts("include", most, among=among)
        if found is None:
            raise self.refuse(f"{name}.include", f"{name}.include is required")
        return found

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.refuse(name, f"{name} must be from {low} to {high}")
        return value

    def page(self, rows: Sequence[T], default: int, high: int) -> tuple[Sequence[T], str | None]:
        """The page of `rows` that maxResults and nextToken ask for."""
        count = self.number("maxResults", default, 1, high)
        question = {k: v for k, v in self.fields.items() if k not in {"nextToken", "maxResults"}}
        token = self.fields.get("nextToken")
        try:
            if token is not None and not isinstance(token, str):
                raise UnknownTokenError(token)
            return page(rows, sorted(question.items()), token, count)
        except UnknownTokenError as error:
            raise self.refuse("nextToken", "nextToken is invalid") from error


def answer(name: str, rows: Sequence[dict[str, Any]], token: str | None) -> dict[str, Any]:
    """A page; the last one has no nextToken."""
    return {name: list(rows)} | ({"nextToken": token} if token else {})


def account(request: Request, deps: SandboxDeps, family: Family, *, scoped: bool) -> Advertiser:
    """The advertiser of Amazon-Ads-AccountId; `scoped`: one of the profile in the Scope header."""
    caller = authenticate(request, deps, family)
    seat = scoped_profile(request, caller, family) if scoped else None
    account_id = request.headers.get(ACCOUNT_HEADER)
    if not account_id:
        raise family(400, "Amazon-Ads-AccountId header is missing")
    if not scoped and request.headers.get(SCOPE_HEADER):
        raise family(400, "Amazon-Advertising-API-Scope is not allowed")
    found = caller.advertiser(account_id)
    if not found or (seat and found.seat != seat):
        raise family(403, "Not authorized to access the account")
    return found
