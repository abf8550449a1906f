"""What an audit entry says of a request: cleaned, small, and complete."""

import json
from uuid import UUID

import pytest
from shared.audit.entries import MAX_DETAILS_CHARS, MAX_TEXT, Origin, clean, make_entry
from shared.ids import new_id
from shared.internal_tokens import Actor

SECRETS = {
    "password": "correct horse battery",
    "refresh_token": "Atzr|IwEBIExampleRefreshToken",
    "note": "Bearer abcdef0123456789abcdef",
    "link": "https://x.example/?token=abcdefghijklmnopqrstuvwxyz0123456789",
    "nested": {"client_secret": "amzn1.oa2-cs.v1.0123456789abcdef"},
}


def test_secrets_do_not_get_into_details() -> None:
    written = json.dumps(clean(SECRETS))
    for secret in ("correct horse", "IwEBI", "abcdef0123456789", "0123456789abcdef", "vwxyz"):
        assert secret not in written


def test_secrets_do_not_get_into_what_the_caller_sends_along() -> None:
    origin = Origin(user_agent="curl Authorization: Bearer abcdef0123456789abcdef")
    entry = make_entry("auth", "brand.changed", user(), origin=origin, target=("x", "Atza|secret"))
    assert "abcdef0123456789" not in entry.user_agent
    assert "secret" not in entry.target.id


def test_details_are_whole_numbers_texts_and_lists_that_postgres_can_hold() -> None:
    brand = new_id()
    told = clean({"n": 3, "share": 0.5, "ids": {brand}, "text": "a\x00b\ud800", "no": None})
    assert told == {"n": 3, "share": "0.5", "ids": [str(brand)], "text": "ab?", "no": None}


def test_details_stay_small() -> None:
    told = clean({"rows": 7, **{f"field{n}": "x" * 1000 for n in range(100)}})
    assert told == {"rows": 7, "shortened": True}
    assert len(json.dumps(clean({"a": ["y" * 999] * 999}))) <= MAX_DETAILS_CHARS
    assert len(str(clean({"a": "z" * 999})["a"])) == MAX_TEXT


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        (Actor("user", "u", UUID(int=1)), "user"),
        (Actor("key", "k", UUID(int=1)), "key"),
        (Actor.service("auth"), "service"),
        (Actor.service("operator"), "operator"),
    ],
)
def test_entries_name_the_kind_of_actor(actor: Actor, kind: str) -> None:
    assert make_entry("auth", "x.done", actor).actor_kind == kind


def test_who_views_as_somebody_is_named_beside_them() -> None:
    entry = make_entry("auth", "x.read", user(impersonator="boss"))
    assert (entry.actor_id, entry.impersonator, entry.topic) == ("ana", "boss", "auth.audit.v1")


def user(impersonator: str = "") -> Actor:
    return Actor("user", "ana", UUID(int=1), impersonator=impersonator)
