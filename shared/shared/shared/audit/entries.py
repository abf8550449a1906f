"""One audit entry: put together, cleaned of secrets, and written with the effect it tells of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from uuid import UUID

from pydantic import JsonValue

from shared import outbox
from shared.db import Tx
from shared.events import ActionRecorded, ActorKind, AuditTarget, Outcome
from shared.internal_tokens import Actor
from shared.redaction import HIDDEN, is_secret_name, redact

MAX_DETAILS_CHARS = 4096
MAX_TEXT = 200
MAX_ITEMS = 50
OPERATOR = "operator"
_HARMLESS = re.compile(r"[a-z0-9_:-]{0,40}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from; empty for work of our own."""

    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    operation: str = ""


NOWHERE = Origin()


def note(
    tx: Tx,
    *,
    target: tuple[str, object] | None = None,
    brand_ids: Iterable[UUID] | None = None,
    every_brand: bool | None = None,
    **details: object,
) -> None:
    """Tell the audit entry of this request more than its route says. Names and numbers, no secrets."""
    notes = tx.notes
    if target is not None:
        notes.target = (target[0], str(target[1]))
    if brand_ids is not None:
        notes.brand_ids.update(brand_ids)
    if every_brand is not None:
        notes.every_brand = every_brand
    notes.details.update(details)


async def record(
    tx: Tx,
    action: str,
    actor: Actor,
    *,
    organization_id: UUID | None = None,
    target: tuple[str, object] = ("", ""),
    brand_ids: Iterable[UUID] = (),
    every_brand: bool = False,
    outcome: Outcome = "allowed",
    code: str = "",
    origin: Origin = NOWHERE,
    **details: object,
) -> None:
    """An entry in this transaction, for code outside of a caller's own (`ActorTx`).

    `organization_id` where the actor has none (somebody signing in, a service).
    """
    tenant = organization_id or actor.organization_id
    if tenant is None:
        raise ValueError(f"{action}: no organization to record it for")
    entry = make_entry(
        tx.service,
        action,
        actor,
        origin=origin,
        target=target,
        brand_ids=brand_ids,
        every_brand=every_brand,
        outcome=outcome,
        code=code,
        details=details,
    )
    await outbox.add(tx, entry, organization_id=tenant)


def row(service: str, action: str, actor: Actor, **told: object) -> tuple[object, ...]:
    """The outbox row of an entry, for `Db.emit`: when there is no transaction to write it in."""
    if actor.organization_id is None:
        raise ValueError(f"{action}: no organization to record it for")
    entry = make_entry(service, action, actor, **told)  # pyright: ignore[reportArgumentType]
    return outbox.row(entry, organization_id=actor.organization_id)


def make_entry(
    service: str,
    action: str,
    actor: Actor,
    *,
    origin: Origin = NOWHERE,
    target: tuple[str, object] = ("", ""),
    brand_ids: Iterable[UUID] = (),
    every_brand: bool = False,
    outcome: Outcome = "allowed",
    code: str = "",
    count: int = 1,
    details: Mapping[str, object] | None = None,
) -> ActionRecorded:
    """The event, with everything in it that came from outside cleaned and cut."""
    kind: ActorKind = "operator" if actor.subject == OPERATOR else actor.kind
    return ActionRecorded(
        service=service,
        action=action,
        operation=origin.operation,
        actor_kind=kind,
        actor_id=actor.subject,
        impersonator=actor.impersonator,
        brand_ids=[] if every_brand else sorted(brand_ids),
        every_brand=every_brand,
        target=AuditTarget(type=target[0], id=_text(str(target[1]))),
        outcome=outcome,
        code=code,
        count=count,
        ip=_text(origin.ip or actor.ip),
        user_agent=_agent(origin.user_agent),
        request_id=_text(origin.request_id),
        details=clean(details or {}),
    )


@lru_cache(maxsize=256)
def _agent(user_agent: str) -> str:
    """Programs are few and callers many."""
    return _text(user_agent)


def clean(details: Mapping[str, object]) -> dict[str, JsonValue]:
    """Small and printable, secrets hidden by name and by shape; numbers with a fraction become text."""
    cleaned = _fields(details)
    if len(json.dumps(cleaned)) <= MAX_DETAILS_CHARS:
        return cleaned
    short = {k: v for k, v in cleaned.items() if isinstance(v, bool | int | None)}
    return {**short, "shortened": True}


def _plain(value: object, depth: int = 0) -> JsonValue:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping) and depth < 3:
        return _fields(cast("Mapping[str, object]", value), depth + 1)
    if isinstance(value, list | tuple | set | frozenset) and depth < 3:
        listed = list(cast("Iterable[object]", value))
        return [_plain(item, depth + 1) for item in listed[:MAX_ITEMS]]
    return _text(str(value))


def _fields(fields: Mapping[str, object], depth: int = 0) -> dict[str, JsonValue]:
    return {
        _text(str(name)): HIDDEN if value and is_secret_name(str(name)) else _plain(value, depth)
        for name, value in list(fields.items())[:MAX_ITEMS]
    }


def _text(text: str) -> str:
    """What Postgres and JSON can hold, without secrets, not long. Ids and names in small letters have
    the shape of no secret, and are most of what is told."""
    if _HARMLESS.fullmatch(text):
        return text
    printable = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return redact(printable)[:MAX_TEXT]
