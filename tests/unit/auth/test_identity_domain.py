"""One-time codes, recovery codes, patience of letters, weak passwords: decided without any I/O."""

from datetime import UTC, datetime, timedelta

import pytest
from auth.identity.domain import Offer, require_provider
from auth.mail.domain import pause
from auth.second_factors.domain import (
    fold_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
)
from auth.sessions.passwords import weakness
from shared.errors import NotFound

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""RFC 6238, appendix B: the ASCII digits 1234567890 twice; its vectors, cut to six digits."""
VECTORS = [
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


@pytest.mark.parametrize(("at", "code"), VECTORS)
@pytest.mark.parametrize("late", [-30, 0, 30])
def test_codes_of_the_rfc_are_right_within_one_step(at: int, code: str, late: int) -> None:
    now = datetime.fromtimestamp(at + late, UTC)
    assert matching_step(RFC_SECRET, code, 0, now) == at // 30


@pytest.mark.parametrize("late", [-60, 60])
def test_a_code_two_steps_away_is_wrong(late: int) -> None:
    now = datetime.fromtimestamp(1234567890 + late, UTC)
    assert matching_step(RFC_SECRET, "005924", 0, now) is None


@pytest.mark.parametrize("last_step", [1234567890 // 30, 1234567890 // 30 + 1])
def test_a_used_step_and_those_before_it_are_spent(last_step: int) -> None:
    now = datetime.fromtimestamp(1234567890, UTC)
    assert matching_step(RFC_SECRET, "005924", last_step, now) is None


@pytest.mark.parametrize("code", ["", "5924", "00592\u0664", "005924 005924", "ünïcöde"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert matching_step(RFC_SECRET, code, 0, datetime.fromtimestamp(1234567890, UTC)) is None


def test_spaces_in_a_code_do_not_matter() -> None:
    now = datetime.fromtimestamp(1234567890, UTC)
    assert matching_step(RFC_SECRET, " 005 924 ", 0, now) is not None


def test_secrets_and_recovery_codes_are_never_the_same() -> None:
    assert len({new_secret() for _ in range(50)}) == 50
    codes = [code for _ in range(20) for code in new_recovery_codes()]
    assert len(set(codes)) == 200
    assert {len(fold_recovery_code(code)) for code in codes} == {10}


def test_a_recovery_code_is_read_as_people_type_it() -> None:
    assert fold_recovery_code(" ABcde fgh-jk ") == fold_recovery_code("abcde-fghjk")


def test_letters_are_tried_ever_more_patiently() -> None:
    pauses = [pause(n) for n in range(1, 20)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=15)


@pytest.mark.parametrize(
    "password",
    ["password12345", "qwertyuiop12", "aaaaaaaaaaaaaaaa", "ana@contoso.example", "Contoso-2026"],
)
def test_common_and_personal_passwords_are_weak(password: str) -> None:
    assert weakness(password, ("ana@contoso.example", "Ana", "Contoso")) is not None


@pytest.mark.parametrize(
    "password", ["a quiet lake at dawn", "Tr0ub4dor&3xyz", "пятьсиничекнаветке"]
)
def test_uncommon_words_are_not(password: str) -> None:
    assert weakness(password, ("ana@contoso.example", "Ana", "Contoso")) is None


def test_the_other_providers_routes_are_not_there() -> None:
    offer = Offer("builtin", "open", mail=True)
    require_provider(offer, "builtin")
    with pytest.raises(NotFound) as refused:
        require_provider(offer, "clerk")
    assert refused.value.code == "identity_provider_disabled"
