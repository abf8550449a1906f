from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import obstore
import pytest
from shared.errors import Unavailable
from shared.objects import ObjectDamaged, ObjectMissing, ObjectStore


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore.from_url(f"file://{tmp_path}/objects")


async def test_bytes_and_files_come_back_with_their_checksum(
    store: ObjectStore, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 20_000
    source = tmp_path / "source"
    source.write_bytes(content)
    for stored in (await store.put("a/b.parquet", content), await store.put("c", source)):
        assert (stored.bytes, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert await store.get(stored.uri, sha256=stored.sha256) == content
        target = tmp_path / "deep" / "target"
        assert await store.download(stored.uri, target, sha256=stored.sha256) == len(content)
        assert target.read_bytes() == content


async def test_a_second_put_replaces_the_first(store: ObjectStore) -> None:
    await store.put("a", b"one")
    await store.put("a", b"two")
    assert await store.get("a") == b"two"


async def test_deleting_twice_is_no_error(store: ObjectStore) -> None:
    await store.put("a/b", b"x")
    assert await store.exists("a/b")
    await store.delete("a/b")
    await store.delete("a/b")
    assert not await store.exists("a/b")


async def test_damage_is_noticed_and_leaves_no_file(store: ObjectStore, tmp_path: Path) -> None:
    await store.put("a", b"damaged")
    expected = hashlib.sha256(b"whole").hexdigest()
    with pytest.raises(ObjectDamaged):
        await store.get("a", sha256=expected)
    target = tmp_path / "out" / "a"
    with pytest.raises(ObjectDamaged):
        await store.download("a", target, sha256=expected)
    assert list(target.parent.iterdir()) == []


async def test_what_is_not_there_is_missing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        await store.get("nowhere/x")
    with pytest.raises(ObjectMissing):
        await store.download("nowhere/x", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a\x00b", "a\\b"])
async def test_keys_cannot_leave_the_store(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="relative path"):
        await store.put(key, b"x")
    with pytest.raises(ValueError, match="relative path"):
        await store.get(key)


async def test_a_failing_store_is_a_retryable_error_without_its_url(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise obstore.exceptions.GenericError("https://b/x?X-Amz-Signature=abc")

    monkeypatch.setattr(obstore, "put_async", fail)
    with pytest.raises(Unavailable) as error:
        await store.put("a", b"x")
    assert "Signature" not in str(error.value)
    assert error.value.retryable


async def test_a_put_that_dies_half_way_leaves_the_old_object(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await store.put("a", b"old")
    store_put = obstore.put_async

    async def half(where: Any, key: str, _: object) -> None:
        def chunks() -> Any:
            yield b"half"
            raise OSError("power")

        await store_put(where, key, chunks())

    monkeypatch.setattr(obstore, "put_async", half)
    with pytest.raises(Unavailable):
        await store.put("a", b"new")
    assert await store.get("a") == b"old"


@pytest.mark.parametrize("url", ["", "ftp://x/y", "file:", "s3:///x", "/data"])
def test_an_unknown_store_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="OBJECT_STORE_URL"):
        ObjectStore.from_url(url)


def test_an_s3_url_gives_a_bucket_and_prefix() -> None:
    store = ObjectStore.from_url(
        "s3://bucket/pre/fix", endpoint="http://127.0.0.1:1", region="eu-west-1"
    )
    assert isinstance(store, ObjectStore)
