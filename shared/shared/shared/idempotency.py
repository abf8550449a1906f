"""`Idempotency-Key` on POSTs: sent twice, done once, answered the same.

Key and answer are written in the transaction of the effect (FastAPI commits a function-scoped one after the
handler returned its response), so all of them are there or none. Two at once: the second waits for the first.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute

from .db import SYSTEM, Db, Tx
from .deps import ActorTx, CurrentActor
from .errors import Unprocessable

KEEP_HOURS = 24

_RESERVE = """
insert into idempotency_key (organization_id, subject, key, request_sha256) values ($1, $2, $3, $4)
on conflict do nothing returning true
"""
_STORED = """
select request_sha256, status, body from idempotency_key
where organization_id = $1 and subject = $2 and key = $3
"""
_ANSWERED = """
update idempotency_key set status = $4, body = $5
where organization_id = $1 and subject = $2 and key = $3
"""
_PURGE = "delete from idempotency_key where created_at < now() - make_interval(hours => $1)"

Owner = tuple[UUID, str, str]
Reserved = tuple[Tx, Owner]


class Replayed(Exception):
    """The request was answered before; carries that answer."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__("answered before")
        self.response = Response(
            body, status, {"Idempotency-Replayed": "true"}, media_type="application/json"
        )


async def _once(
    request: Request,
    tx: ActorTx,
    actor: CurrentActor,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
) -> None:
    if idempotency_key is None or actor.organization_id is None:
        return
    owner: Owner = (actor.organization_id, actor.subject, idempotency_key)
    asked = f"{request.method} {request.url.path}\n".encode() + await request.body()
    digest = hashlib.sha256(asked).digest()
    if await tx.fetchval(_RESERVE, *owner, digest):
        request.state.idempotency = (tx, owner)
        return
    stored = await tx.fetchrow(_STORED, *owner)
    if stored is None or stored["request_sha256"] != digest:
        raise Unprocessable(
            "This Idempotency-Key was used for another request.",
            code="idempotency_key_reused",
            hint="Use a new key for each new request.",
        )
    raise Replayed(stored["status"], stored["body"])


Once = Annotated[None, Depends(_once)]
"""In a route's signature: honours `Idempotency-Key`. The router needs `route_class=IdempotentRoute`."""


class IdempotentRoute(APIRoute):
    """Keeps the answer of a request that reserved its key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            response = await handle(request)
            reserved = cast("Reserved | None", getattr(request.state, "idempotency", None))
            if reserved is not None:
                tx, owner = reserved
                await tx.execute(
                    _ANSWERED, *owner, response.status_code, bytes(response.body).decode()
                )
            return response

        return handle_once


def install(app: FastAPI) -> None:
    """Answer repetitions with the kept response."""

    async def replay(_request: Request, error: Exception) -> Response:
        return cast("Replayed", error).response

    app.add_exception_handler(Replayed, replay)


async def purge(db: Db) -> None:
    """Forget keys older than a day."""
    async with db.tx(SYSTEM) as tx:
        await tx.execute(_PURGE, KEEP_HOURS)
