"""Clerk's webhooks: signed, repeated, in any order."""

import json
import random
import time
from typing import Any

import httpx
import pytest
from auth.clerk.payloads import EVENT_TYPES, read_event
from infra.auth_world import Browser
from infra.clerk import WEBHOOK_SECRET, WEBHOOKS_PATH, ClerkWorld
from infra.clerk_story import OUTCOME, story
from sandbox.clerk.webhooks import signed
from shared.db import SYSTEM, Tx

USER = {
    "data": {
        "id": "user_1",
        "email_addresses": [
            {
                "id": "idn_1",
                "email_address": "Ada@Contoso.Example",
                "verification": {"status": "verified"},
            }
        ],
        "primary_email_address_id": "idn_1",
        "first_name": "Ada",
        "last_name": None,
        "updated_at": 1_700_000_000_000,
    },
    "object": "event",
    "type": "user.created",
}
OTHER_SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5"


async def post(clerk: ClerkWorld, body: str, headers: dict[str, str]) -> httpx.Response:
    return await Browser(clerk.auth).call_raw("POST", WEBHOOKS_PATH, body.encode(), headers)


def sealed(
    body: str, *, secret: str = WEBHOOK_SECRET, age: int = 0, key: str = "m1"
) -> dict[str, str]:
    return signed(secret, key, body, int(time.time()) - age)


async def people(clerk: ClerkWorld) -> list[dict[str, Any]]:
    return await clerk.auth.rows("select email, name from app_user order by email")


async def test_a_signed_webhook_is_applied_once_however_often_it_comes(clerk: ClerkWorld) -> None:
    body = json.dumps(USER)
    for _ in range(3):
        assert (await post(clerk, body, sealed(body))).status_code == 204
    assert await people(clerk) == [{"email": "ada@contoso.example", "name": "Ada"}]
    assert len(await clerk.auth.rows("select * from clerk_delivery")) == 1


async def test_one_right_signature_among_several_is_enough(clerk: ClerkWorld) -> None:
    body = json.dumps(USER)
    right, old = sealed(body), sealed(body, secret=OTHER_SECRET)
    several = f"{old['svix-signature']} v2,AAAA {right['svix-signature']}"
    response = await post(clerk, body, right | {"svix-signature": several})
    assert response.status_code == 204


@pytest.mark.parametrize(
    ("change", "age"),
    [
        ({}, 301),
        ({}, -600),
        ({"svix-signature": ""}, 0),
        ({"svix-signature": "v1,AAAA"}, 0),
        ({"svix-signature": "nonsense"}, 0),
        ({"svix-signature": "v1,a,b"}, 0),
        ({"svix-id": "another"}, 0),
        ({"svix-id": ""}, 0),
        ({"svix-timestamp": "nan"}, 0),
        ({"svix-timestamp": "1e400"}, 0),
        ({"svix-timestamp": ""}, 0),
    ],
)
async def test_a_wrong_or_old_signature_is_refused(
    clerk: ClerkWorld, change: dict[str, str], age: int
) -> None:
    body = json.dumps(USER)
    response = await post(clerk, body, sealed(body, age=age) | change)
    assert (response.status_code, response.json()["code"]) == (401, "webhook_signature_invalid")
    assert await people(clerk) == []


async def test_a_changed_body_or_a_foreign_secret_is_refused(clerk: ClerkWorld) -> None:
    body = json.dumps(USER)
    foreign = await post(clerk, body, sealed(body, secret=OTHER_SECRET))
    changed = await post(clerk, body.replace("Ada", "Eve"), sealed(body))
    garbled = await Browser(clerk.auth).call_raw("POST", WEBHOOKS_PATH, b"\xff\xfe", sealed("x"))
    assert {r.status_code for r in (foreign, changed, garbled)} == {401}


@pytest.mark.parametrize("kind", ["email.created", "session.created", "waitlistEntry.created", "x"])
async def test_types_that_mean_nothing_here_are_acknowledged(clerk: ClerkWorld, kind: str) -> None:
    body = json.dumps({"type": kind, "data": {}})
    assert (await post(clerk, body, sealed(body))).status_code == 204


@pytest.mark.parametrize("kind", EVENT_TYPES)
async def test_a_known_type_of_an_unknown_shape_is_kept_for_later(
    clerk: ClerkWorld, kind: str
) -> None:
    body = json.dumps({"type": kind, "data": {"id": 7}})
    response = await post(clerk, body, sealed(body))
    assert (response.status_code, response.json()["code"]) == (422, "clerk_payload_unknown")
    assert await clerk.auth.rows("select * from clerk_delivery") == []


async def told_in(clerk: ClerkWorld, tx: Tx, order: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Applies the webhooks in this order and shows who is where then."""
    webhooks = clerk.auth.deps.clerk.webhooks  # pyright: ignore[reportOptionalMemberAccess]
    for key, body in order:
        await webhooks.apply(tx, key, read_event(body), clerk.auth.clock())
    rows = await tx.fetch(
        """
        select o.name as place, u.email,
               array(select g.role from role_grant g
                     where g.organization_id = m.organization_id and g.user_id = m.user_id) as roles
        from organization o
        join membership m on m.organization_id = o.id
        join app_user u on u.id = m.user_id
        """
    )
    places: dict[str, Any] = {row["place"]: {} for row in rows}
    for row in rows:
        places[row["place"]][row["email"]] = "+".join(row["roles"])
    return places


class _RolledBack(Exception):
    pass


async def outcome(clerk: ClerkWorld, order: list[tuple[str, bytes]]) -> dict[str, Any]:
    """What an order leads to, undone afterwards."""
    places: dict[str, Any] = {}
    with pytest.raises(_RolledBack):
        async with clerk.auth.db.tx(SYSTEM) as tx:
            places = await told_in(clerk, tx, order)
            raise _RolledBack
    return places


async def test_the_story_in_its_own_order_and_backwards(clerk: ClerkWorld) -> None:
    told = story()
    assert await outcome(clerk, told) == OUTCOME
    assert await outcome(clerk, told[::-1]) == OUTCOME


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_with_repetitions_ends_in_the_same_state(
    clerk: ClerkWorld, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 - an order, not a secret
    told = story()
    for _ in range(8):
        order = told * 2 + draw.sample(told, k=len(told) // 2)
        draw.shuffle(order)
        as_new = [(f"{key}-{place}", body) for place, (key, body) in enumerate(order)]
        assert await outcome(clerk, draw.choice([order, as_new])) == OUTCOME


async def test_a_webhook_that_fails_half_way_leaves_nothing_and_works_the_next_time(
    clerk: ClerkWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await clerk.person("ada@contoso.example")
    await clerk.place("Contoso", user)

    async def broken(*_: object) -> None:
        raise ConnectionError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr("auth.clerk.settle.replace_grants", broken)
        assert 500 in await clerk.deliver() or 503 in await clerk.deliver()
        assert await clerk.members() == {"Contoso": {}}
    assert set(await clerk.deliver(copies=2)) == {204}
    assert await clerk.members() == {"Contoso": {"ada@contoso.example": "owner"}}
