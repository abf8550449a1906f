"""Object storage: a local folder by default, any S3-compatible store in production.

A `uri` is the key relative to the store's root, so that it stays true when the store moves.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, S3Store

from .errors import NotFound, Unavailable, UpstreamFailed
from .ids import new_id

_CHUNK = 1 << 20
_STREAMED = 4 << 20
_PAGE = 500


class ObjectMissing(NotFound):
    default_code = "object_missing"


class ObjectDamaged(UpstreamFailed):
    """The stored bytes are not those that were put."""

    default_code = "object_damaged"
    retryable = False


@dataclass(frozen=True, slots=True)
class Stored:
    """`uri` relative to the store, `bytes` its length, `sha256` lower-case hex."""

    uri: str
    bytes: int
    sha256: str


class ObjectStore:
    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    @classmethod
    def from_url(cls, url: str, **s3_options: Any) -> ObjectStore:
        """`file:///folder` or `s3://bucket/prefix`; S3 credentials come from the AWS_* environment."""
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path:
            return cls(LocalStore(prefix=unquote(parts.path), mkdir=True))
        if parts.scheme == "s3" and parts.netloc:
            prefix = parts.path.strip("/") or None
            return cls(S3Store(parts.netloc, prefix=prefix, **s3_options))
        raise ValueError("OBJECT_STORE_URL is file:///folder or s3://bucket/prefix")

    async def put(self, key: str, content: bytes | Path) -> Stored:
        """Stores all or nothing (a local put writes aside and renames); overwrites."""
        uri = _checked(key)
        stored = await asyncio.to_thread(_describe, uri, content)
        with _translated(uri):
            await obstore.put_async(self._store, uri, content)
        return stored

    async def get(self, uri: str, *, sha256: str | None = None) -> bytes:
        """All bytes; raises ObjectMissing, ObjectDamaged when `sha256` is given and differs."""
        with _translated(uri):
            answer = await obstore.get_async(self._store, _checked(uri))
            content = bytes(await answer.bytes_async())
        if sha256 is not None:
            _compare(uri, sha256, hashlib.sha256(content).hexdigest())
        return content

    async def download(self, uri: str, to: Path, *, sha256: str | None = None) -> int:
        """Streams into `to`, which appears only when complete and as expected; returns bytes."""
        partial = to.with_name(f"{to.name}.{new_id().hex}.part")
        try:
            digest, size = await _write(self._chunks(uri), partial)
            if sha256 is not None:
                _compare(uri, sha256, digest)
            await asyncio.to_thread(partial.replace, to)
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return size

    async def stream(self, uri: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """The bytes from `start` to before `end`, in pieces; raises ObjectMissing before the first."""
        while start < end:
            piece_end = min(start + _STREAMED, end)
            with _translated(uri):
                piece = await obstore.get_range_async(
                    self._store, _checked(uri), start=start, end=piece_end
                )
            yield bytes(piece)
            start = piece_end

    async def delete(self, uri: str) -> None:
        """Gone afterwards; deleting what is not there is no error."""
        try:
            with _translated(uri):
                await obstore.delete_async(self._store, _checked(uri))
        except ObjectMissing:
            return

    async def delete_folder(self, folder: str) -> int:
        """Everything under `folder`; how many objects that were."""
        prefix, deleted = _checked(folder) + "/", 0
        with _translated(folder):
            async for page in obstore.list(self._store, prefix, chunk_size=_PAGE):
                await obstore.delete_async(self._store, [found["path"] for found in page])
                deleted += len(page)
        return deleted

    async def exists(self, uri: str) -> bool:
        try:
            with _translated(uri):
                await obstore.head_async(self._store, _checked(uri))
        except ObjectMissing:
            return False
        return True

    async def _chunks(self, uri: str) -> AsyncIterator[bytes]:
        with _translated(uri):
            answer = await obstore.get_async(self._store, _checked(uri))
            async for chunk in answer.stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)


class _translated:  # noqa: N801  (reads as a clause: `with _translated(uri):`)
    """Storage errors as AppErrors; messages of the store are dropped, they can hold signed URLs."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            return
        if issubclass(kind, FileNotFoundError):
            raise ObjectMissing(f"There is no stored object {self._uri}.") from None
        if issubclass(kind, OSError | obstore.exceptions.BaseError):
            raise Unavailable(
                f"The object store failed on {self._uri} ({kind.__name__}).",
                code="object_store_unavailable",
            ) from None


async def _write(chunks: AsyncIterator[bytes], to: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    await asyncio.to_thread(to.parent.mkdir, parents=True, exist_ok=True)
    with to.open("wb") as file:
        async for chunk in chunks:
            digest.update(chunk)
            size += await asyncio.to_thread(file.write, chunk)
    return digest.hexdigest(), size


def _describe(uri: str, content: bytes | Path) -> Stored:
    if isinstance(content, bytes):
        return Stored(uri, len(content), hashlib.sha256(content).hexdigest())
    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Stored(uri, content.stat().st_size, digest)


def _compare(uri: str, expected: str, actual: str) -> None:
    if expected.lower() != actual:
        raise ObjectDamaged(f"The stored object {uri} is not what was put there.")


def _checked(uri: str) -> str:
    """Refuses absolute paths, parent steps, empty segments and control characters."""
    parts = uri.split("/")
    if not uri.isprintable() or "\\" in uri or any(p in ("", ".", "..") for p in parts):
        raise ValueError("an object's key is a relative path without empty or parent segments")
    return uri
