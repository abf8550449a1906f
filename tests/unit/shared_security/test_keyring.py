from __future__ import annotations

import base64

import pytest
from shared.keyring import KeyRing, KeyRingError, Sealed

OLD = base64.urlsafe_b64encode(b"old key, known to every reader!!").decode()
NEW = base64.urlsafe_b64encode(b"new key, known to every reader!!").decode()


def test_the_first_key_encrypts_and_every_key_opens() -> None:
    before = KeyRing.parse(f"k1:{OLD}")
    after = KeyRing.parse(f" k2:{NEW} , k1:{OLD},")
    old = before.encrypt("Atzr|secret")
    new = after.encrypt("Atzr|secret")
    assert (old.key_id, new.key_id, after.current_key_id) == ("k1", "k2", "k2")
    assert after.decrypt(old) == after.decrypt(new) == "Atzr|secret"
    assert b"secret" not in new.ciphertext


@pytest.mark.parametrize(
    "text", ["", " , ", OLD, f":{OLD}", "k1:", "k1:abc", f"k1:{OLD},k1:{NEW}", f"k 1:{OLD}"]
)
def test_a_malformed_ring_is_refused_without_quoting_a_key(text: str) -> None:
    with pytest.raises(KeyRingError) as refusal:
        KeyRing.parse(text)
    assert OLD not in str(refusal.value)
    assert NEW not in str(refusal.value)


def test_a_missing_or_wrong_key_or_a_changed_text_does_not_open() -> None:
    sealed = KeyRing.parse(f"k1:{OLD}").encrypt("x")
    wrong = KeyRing.parse(f"k1:{NEW}")
    for ring, item in (
        (KeyRing.parse(f"k2:{OLD}"), sealed),
        (wrong, sealed),
        (KeyRing.parse(f"k1:{OLD}"), Sealed("k1", sealed.ciphertext[:-4] + b"AAAA")),
    ):
        with pytest.raises(KeyRingError):
            ring.decrypt(item)


def test_neither_ring_nor_sealed_text_shows_itself() -> None:
    ring = KeyRing.parse(f"k1:{OLD}")
    assert OLD not in repr(ring)
    assert "gAAAA" not in repr(ring.encrypt("x"))
