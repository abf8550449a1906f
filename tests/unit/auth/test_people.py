"""Names, addresses, sessions' life, the pepper and passwords."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from auth.cli import parser
from auth.names import clean_email, clean_name
from auth.pepper import Pepper, SealBroken, new_bearer
from auth.roles.domain import Grant
from auth.sessions.domain import Lifetime, Session
from auth.sessions.passwords import Passwords
from shared.errors import Unprocessable
from shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def test_a_name_is_one_tidy_line() -> None:
    assert clean_name("  Caf\u0065\u0301 \t & Co ", what="name") == "Café & Co"
    assert clean_name("東京 7", what="name") == "東京 7"


@pytest.mark.parametrize("raw", ["", " \n ", "a\x00", "a\u202eb", "\ud800", "x" * 121])
def test_an_unusable_name_is_refused(raw: str) -> None:
    with pytest.raises(Unprocessable):
        clean_name(raw, what="name")


def test_addresses_differ_only_by_more_than_case_and_space() -> None:
    assert clean_email("  Ana@Contoso.Example ") == "ana@contoso.example"


@pytest.mark.parametrize(
    "raw", ["", "ana", "@x", "a@", "a b@x", "a@b@c", "a\x00@x", "a" * 65 + "@x"]
)
def test_what_is_not_an_address_is_refused(raw: str) -> None:
    with pytest.raises(Unprocessable):
        clean_email(raw)


def test_a_session_goes_idle_no_later_than_it_ends() -> None:
    life = Lifetime(idle=timedelta(hours=12), absolute=timedelta(days=14))
    end = life.end(NOW)
    assert life.idle_end(NOW, end) == NOW + timedelta(hours=12)
    assert life.idle_end(end - timedelta(hours=1), end) == end


def session(role: str) -> Session:
    grants = (Grant.built_in(role),)
    return Session(new_id(), new_id(), "a@b", "a", new_id(), "Contoso", grants, NOW, NOW, NOW, NOW)


def test_a_session_is_touched_once_a_minute() -> None:
    assert not session("owner").due_touch(NOW + timedelta(seconds=59))
    assert session("owner").due_touch(NOW + timedelta(seconds=60))


def test_derived_values_are_apart_by_purpose_and_pepper() -> None:
    one, other, value = Pepper("p" * 32), Pepper("q" * 32), new_bearer()
    hashes = {p.session_hash(value) for p in (one, other)}
    hashes |= {p.state_hash(value) for p in (one, other)}
    hashes |= {p.throttle_hash(value) for p in (one, other)}
    assert len(hashes) == 6
    assert one.session_hash(value) == Pepper("p" * 32).session_hash(value)


def test_a_code_verifier_is_of_rfc_7636_length_and_bound_to_the_state() -> None:
    pepper, state = Pepper("p" * 32), new_bearer()
    assert 43 <= len(pepper.code_verifier(state)) <= 128
    assert pepper.code_verifier(state) == pepper.code_verifier(state)
    assert pepper.code_verifier(state) != pepper.code_verifier(new_bearer())


def test_a_seal_opens_with_its_own_pepper_only() -> None:
    sealed = Pepper("p" * 32).seal({"refresh_token": "Atzr|x"})
    assert b"Atzr" not in sealed
    assert Pepper("p" * 32).unseal(sealed) == {"refresh_token": "Atzr|x"}
    with pytest.raises(SealBroken):
        Pepper("q" * 32).unseal(sealed)


def test_bearers_have_256_bits() -> None:
    assert len({new_bearer() for _ in range(100)}) == 100
    assert len(new_bearer()) == 43


async def test_passwords_are_argon2id_and_checked() -> None:
    passwords = Passwords(QUICK)
    stored = await passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "correct horse battery")
    assert not await passwords.matches(stored, "correct horse batterx")
    assert not await passwords.matches("not a hash", "correct horse battery")


async def test_no_password_opens_an_unknown_user() -> None:
    assert not await Passwords(QUICK).matches(None, "no user has this password")


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 1025])
async def test_passwords_of_bad_length_are_refused(password: str) -> None:
    with pytest.raises(Unprocessable):
        await Passwords(QUICK).hash(password)


def test_the_default_parameters_are_no_weaker_than_rfc_9106s_second_choice() -> None:
    parts = Passwords()._decoy.split("$")  # pyright: ignore[reportPrivateUsage]
    assert parts[1] == "argon2id"
    parameters = dict(p.split("=") for p in parts[3].split(","))
    assert int(parameters["m"]) >= 65536
    assert int(parameters["t"]) >= 3


def test_the_cli_takes_no_password_as_an_argument() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(
            ["organizations", "create", "--name", "A", "--owner-email", "a@b", "--password", "x"]
        )
