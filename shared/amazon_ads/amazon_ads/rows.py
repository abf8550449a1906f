"""Decodes a gzip JSON array of rows in constant memory.

The file is inflated piece by piece and cut at row boundaries; every piece is decoded at once by
msgspec into the caller's Struct, at about the speed of decoding the whole. A cut is right exactly
when the piece up to it decodes: a `}` inside a text or a nested object leaves an unfinished piece.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Generic, Protocol, TypeVar

import msgspec

from .errors import FileInvalid, FileTooLarge, FileTruncated

Row = TypeVar("Row")

MAX_INFLATED_BYTES = 16 * 1024**3
_READ_BYTES = 256 * 1024
_PIECE_BYTES = 1024 * 1024
_MAX_ROW_BYTES = 8 * 1024 * 1024
_CUTS_TRIED = 8
_SPACE = b" \t\r\n"
_COMMA = re.compile(rb"[ \t\r\n]*,")


def read_rows(
    path: Path, row: type[Row], *, max_bytes: int = MAX_INFLATED_BYTES
) -> Iterator[list[Row]]:
    """Yields the rows of `path` in lists of a few thousand, in file order.

    Numbers written as text and 12.0 for 12 are accepted; Decimal fields keep the exact digits.
    FileTruncated when gzip or JSON ends early, FileInvalid when the checksum, the JSON or a row is
    wrong, FileTooLarge beyond `max_bytes` inflated. All earlier lists may have been yielded before
    the error: nothing counts until the iterator is exhausted.
    """
    decoder = msgspec.json.Decoder(list[row], strict=False)
    return _Splitter(decoder).split(_inflate(path, max_bytes))


def _inflate(path: Path, max_bytes: int) -> Iterator[bytes]:
    """The inflated content, in pieces, at most `max_bytes` of it."""
    total = 0
    with path.open("rb") as file:
        for piece in _members(file):
            total += len(piece)
            if total > max_bytes:
                raise FileTooLarge(f"the file inflates to more than {max_bytes} bytes")
            yield piece


def _members(file: BinaryIO) -> Iterator[bytes]:
    """Inflates gzip members one after another; each must be whole."""
    inflater = zlib.decompressobj(wbits=31)
    while data := file.read(_READ_BYTES):
        while data:
            if inflater.eof:
                inflater = zlib.decompressobj(wbits=31)
            yield _inflate_piece(inflater, data)
            data = inflater.unconsumed_tail or inflater.unused_data
    while not inflater.eof:
        piece = _inflate_piece(inflater, b"")
        if not piece:
            raise FileTruncated("the gzip stream ends early")
        yield piece


class _Inflater(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _inflate_piece(inflater: _Inflater, data: bytes) -> bytes:
    try:
        return inflater.decompress(data, _PIECE_BYTES)
    except zlib.error as error:
        raise FileInvalid(f"not a valid gzip file ({error})", code="file_not_gzip") from None


class _Splitter(Generic[Row]):
    """Cuts a JSON array into runs of whole rows."""

    def __init__(self, decoder: msgspec.json.Decoder[list[Row]]) -> None:
        self._decoder = decoder
        self._buffer = b""
        self._opened = False
        self._cut_before = False

    def split(self, pieces: Iterator[bytes]) -> Iterator[list[Row]]:
        for piece in pieces:
            self._buffer += piece
            if self._opens() and (rows := self._take()):
                yield rows
        if rows := self._finish():
            yield rows

    def _opens(self) -> bool:
        """Drops the opening bracket once it is there."""
        if not self._opened:
            self._buffer = self._buffer.lstrip(_SPACE)
            if not self._buffer:
                return False
            if not self._buffer.startswith(b"["):
                raise FileInvalid("the file is not a JSON array", code="file_not_json")
            self._buffer = self._buffer[1:]
            self._opened = True
        return True

    def _take(self) -> list[Row] | None:
        """Decodes up to the last boundary in the buffer, if one of the last few holds."""
        end = len(self._buffer)
        for _ in range(_CUTS_TRIED):
            end = self._buffer.rfind(b"}", 0, end)
            if end < 0:
                break
            comma = _comma_after(self._buffer, end)
            rows = self._decode(b"[" + self._buffer[: end + 1] + b"]") if comma else None
            if rows is not None:
                self._buffer = self._buffer[comma:]
                self._cut_before = True
                return rows
        if len(self._buffer) > _MAX_ROW_BYTES:
            raise FileInvalid("no end of a row within 8 MiB", code="file_not_json")
        return None

    def _finish(self) -> list[Row]:
        if not self._opened or not self._buffer.rstrip(_SPACE).endswith(b"]"):
            raise FileTruncated("the JSON array ends early")
        rows = self._decode(b"[" + self._buffer)
        if rows is None or (self._cut_before and not rows):
            raise FileInvalid("the file is not valid JSON", code="file_not_json")
        return rows

    def _decode(self, piece: bytes) -> list[Row] | None:
        """None when the piece is not JSON by itself; FileInvalid when it is of another shape."""
        try:
            return self._decoder.decode(piece)
        except msgspec.ValidationError as error:
            raise FileInvalid(f"unexpected row: {error}", code="file_wrong_shape") from None
        except (UnicodeDecodeError, RecursionError) as error:
            detail = f"not valid JSON text ({type(error).__name__})"
            raise FileInvalid(detail, code="file_not_json") from None
        except msgspec.DecodeError:
            return None


def _comma_after(buffer: bytes, end: int) -> int:
    """The position behind the comma that follows `buffer[end]`, or 0 without one."""
    match = _COMMA.match(buffer, end + 1)
    return match.end() if match else 0
