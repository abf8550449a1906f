"""The form of API keys: recognised by scanners, checked without asking, hidden wherever it is printed."""

import re
import zlib
from uuid import UUID

import pytest
from shared.api_keys import PATTERN, is_well_formed, new_key, public_part
from shared.ids import new_id
from shared.redaction import HIDDEN, redact, redact_field


def test_a_key_has_the_published_form_and_256_random_bits() -> None:
    key_id = new_id()
    keys = {new_key(key_id) for _ in range(200)}
    assert len(keys) == 200
    for key in keys:
        assert re.fullmatch(PATTERN, key)
        assert is_well_formed(key)
        assert key.startswith(public_part(key_id) + "_")
    assert 62**43 > 2**256


@pytest.mark.parametrize("key_id", [UUID(int=0), UUID(int=2**128 - 1), UUID(int=1)])
def test_the_public_part_tells_every_id_apart_at_the_same_length(key_id: UUID) -> None:
    assert len(public_part(key_id)) == 26
    assert is_well_formed(new_key(key_id))
    assert public_part(key_id) != public_part(UUID(int=key_id.int ^ 2))


def test_the_checksum_is_the_documented_crc32() -> None:
    key = new_key(new_id())
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = 0
    for character in key[-6:]:
        number = number * 62 + alphabet.index(character)
    assert number == zlib.crc32(key[:-6].encode())


def test_any_one_changed_character_is_noticed() -> None:
    key = new_key(new_id())
    for place in range(4, len(key)):
        other = "A" if key[place] != "A" else "B"
        assert not is_well_formed(key[:place] + other + key[place + 1 :])


@pytest.mark.parametrize("text", ["", "llk_", "llk_x_y", "Llk_" + "0" * 72, "llk_" + "é" * 72])
def test_what_is_no_key_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)
    key = new_key(new_id())
    for wrong in (key + "\n", " " + key, key + "0", key[:-1], key.swapcase()):
        assert not is_well_formed(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer {}",
        "authorization: bearer {}",
        "GET /v1/brands?api_key={}&x=1",
        "https://{}@leads.example/",
        '{{"key": "{}"}}',
        "b'{}'",
        "export LEADLINE_API_KEY={}",
        "ValueError: not a key: {}",
    ],
)
def test_a_key_is_hidden_in_every_text(line: str) -> None:
    key = new_key(new_id())
    hidden = redact(line.format(key))
    assert key[-49:] not in hidden
    assert HIDDEN in hidden


def test_a_part_of_a_key_is_hidden_too() -> None:
    key = new_key(new_id())
    assert key[26:50] not in redact(f"cut off: {key[:50]}")
    assert key[4:] not in str(redact_field("note", {"deep": [key]}))
