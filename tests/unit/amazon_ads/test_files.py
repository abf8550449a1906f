"""Download and decode: complete or a clear error, in constant memory."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from amazon_ads import Endpoints, download, errors, read_rows
from hypothesis import given, settings
from hypothesis import strategies as st

AMAZON = Endpoints.amazon().region("NA")
SANDBOX = Endpoints.at("http://sandbox").region("NA")
URL = "https://bucket.s3.example/report?X-Amz-Signature=abc"


class Row(msgspec.Struct):
    """What the tests read."""

    name: str
    clicks: int | None
    cost: Decimal | None


def row(**changes: Any) -> dict[str, Any]:
    return {"name": "n", "clicks": 1, "cost": 0.1} | changes


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content, mtime=0))
    return path


def read(path: Path) -> list[Row]:
    return [item for rows in read_rows(path, Row) for item in rows]


async def fetch(answer: Any, to: Path, **options: Any) -> Any:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await download(http, options.pop("endpoints", AMAZON), URL, to, **options)


class Chunks(httpx.AsyncByteStream):
    """A body in pieces, broken off by `error` where given."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self.pieces = pieces
        self.error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.error:
            raise self.error


async def test_download_sends_no_bearer_and_keeps_the_bytes_as_they_came(tmp_path: Path) -> None:
    body = gzip.compress(b"[]")
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, stream=Chunks(body), headers={"Content-Encoding": "gzip"})

    result = await fetch(answer, tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == body
    assert result.file_bytes == len(body)
    assert "Authorization" not in seen[0].headers
    assert len(result.sha256) == 64


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_refused_presigned_address_is_expired(tmp_path: Path, status: int) -> None:
    with pytest.raises(errors.DownloadExpired):
        await fetch(lambda _: httpx.Response(status, text="<Error/>"), tmp_path / "f")


async def test_throttled_and_failing_storage_is_not_expired(tmp_path: Path) -> None:
    with pytest.raises(errors.RateLimited):
        await fetch(lambda _: httpx.Response(429), tmp_path / "f")
    with pytest.raises(errors.Unavailable):
        await fetch(lambda _: httpx.Response(503), tmp_path / "f")


async def test_redirect_from_storage_is_not_followed(tmp_path: Path) -> None:
    moved = httpx.Response(302, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(errors.MalformedResponse):
        await fetch(lambda _: moved, tmp_path / "f")


async def test_short_body_is_truncated(tmp_path: Path) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Length": "10"}, stream=Chunks(b"1234"))

    with pytest.raises(errors.FileTruncated, match="4 of 10"):
        await fetch(answer, tmp_path / "f")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.RemoteProtocolError("peer closed"), errors.FileTruncated),
        (httpx.ReadError("reset"), errors.ConnectionLost),
        (httpx.ReadTimeout("slow"), errors.ConnectionLost),
    ],
)
async def test_broken_off_body_is_retryable(
    tmp_path: Path, error: Exception, kind: type[errors.AmazonError]
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Chunks(b"12", error=error))

    with pytest.raises(kind) as caught:
        await fetch(answer, tmp_path / "f")
    assert caught.value.retryable
    assert "X-Amz" not in str(caught.value)


async def test_larger_files_than_allowed_are_refused_with_and_without_length(
    tmp_path: Path,
) -> None:
    with pytest.raises(errors.FileTooLarge):
        await fetch(lambda _: httpx.Response(200, content=b"12345"), tmp_path / "f", max_bytes=4)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Chunks(b"123", b"456"))

    with pytest.raises(errors.FileTooLarge):
        await fetch(answer, tmp_path / "f", max_bytes=4)


@pytest.mark.parametrize("url", ["http://bucket/x", "file:///etc/passwd", "ftp://x/y", "x"])
async def test_addresses_other_than_https_are_refused(tmp_path: Path, url: str) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as c:
        with pytest.raises(errors.MalformedResponse):
            await download(c, AMAZON, url, tmp_path / "f")


async def test_the_sandbox_may_serve_plain_http(tmp_path: Path) -> None:
    served = httpx.Response(200, stream=Chunks(b"1"))
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: served)) as http:
        found = await download(http, SANDBOX, "http://sandbox/f", tmp_path / "f")
    assert found.file_bytes == 1


def test_numbers_are_lenient_and_money_keeps_its_digits(tmp_path: Path) -> None:
    body = (
        b'[{"name":"a","clicks":12.0,"cost":0.1000000000000000055},'
        b'{"name":"b","clicks":"7","cost":"1.10","unknown":[1,{"x":"}"}]},'
        b' {"name":"c","clicks":null,"cost":1e-6}\n]'
    )
    rows = read(write(tmp_path / "f", body))
    assert [(item.clicks, item.cost) for item in rows] == [
        (12, Decimal("0.1000000000000000055")),
        (7, Decimal("1.10")),
        (None, Decimal("0.000001")),
    ]


@pytest.mark.parametrize("body", [b"[]", b" [ ] \n", b"[\n]"])
def test_empty_report_has_no_rows(tmp_path: Path, body: bytes) -> None:
    assert read(write(tmp_path / "f", body)) == []


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", errors.FileTruncated, "file_truncated"),
        (b"   ", errors.FileTruncated, "file_truncated"),
        (b"[", errors.FileTruncated, "file_truncated"),
        (b'[{"name":"a","clicks":1,"cost":1},', errors.FileTruncated, "file_truncated"),
        (b'[{"name":"a","clicks":1,"cost":1}', errors.FileTruncated, "file_truncated"),
        (b'[{"name":"a","clicks":1,"cost":1},]', errors.FileInvalid, "file_not_json"),
        (b'[{"name":"a" "clicks":1,"cost":1}]', errors.FileInvalid, "file_not_json"),
        (b'[{"name":"a","clicks":NaN,"cost":1}]', errors.FileInvalid, "file_not_json"),
        (b'[{"name":"\xff","clicks":1,"cost":1}]', errors.FileInvalid, "file_not_json"),
        (b'[{"name":"a","clicks":1,"cost":1}] []', errors.FileInvalid, "file_not_json"),
        (b'{"error":"x"}', errors.FileInvalid, "file_not_json"),
        (b"<Error/>", errors.FileInvalid, "file_not_json"),
        (b"[1,2]", errors.FileInvalid, "file_wrong_shape"),
        (b'[{"name":"a","clicks":1}]', errors.FileInvalid, "file_wrong_shape"),
        (b'[{"name":"a","clicks":1.5,"cost":1}]', errors.FileInvalid, "file_wrong_shape"),
        (b'[{"name":"a","clicks":true,"cost":1}]', errors.FileInvalid, "file_wrong_shape"),
        (b'[{"name":"a","clicks":1,"cost":"much"}]', errors.FileInvalid, "file_wrong_shape"),
    ],
)
def test_broken_content_is_named(
    tmp_path: Path, body: bytes, kind: type[errors.FileError], code: str
) -> None:
    with pytest.raises(errors.FileError) as caught:
        read(write(tmp_path / "f", body))
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_a_file_that_is_not_gzip_is_invalid(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"[]")
    with pytest.raises(errors.FileInvalid) as caught:
        read(tmp_path / "f")
    assert caught.value.code == "file_not_gzip"


def test_every_cut_through_a_gzip_file_is_noticed(tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps([row(), row()]).encode())
    path = tmp_path / "f"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(errors.FileTruncated):
            read(path)


def test_a_flipped_checksum_bit_is_noticed(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(b"[]"))
    whole[-8] ^= 1
    (tmp_path / "f").write_bytes(whole)
    with pytest.raises(errors.FileInvalid):
        read(tmp_path / "f")


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    body = json.dumps([row(name="a"), row(name="b")]).encode()
    (tmp_path / "f").write_bytes(gzip.compress(body[:20]) + gzip.compress(body[20:]))
    assert [item.name for item in read(tmp_path / "f")] == ["a", "b"]


def test_content_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "f", b"[" + b" " * 5_000_000 + b"]")
    with pytest.raises(errors.FileTooLarge):
        list(read_rows(path, Row, max_bytes=1_000_000))


def test_texts_full_of_braces_do_not_confuse_the_cuts(tmp_path: Path) -> None:
    nasty = '},{"name":"x"},' * 40
    names = [f"{nasty}{number}" for number in range(6000)]
    path = write(tmp_path / "f", json.dumps([row(name=name) for name in names]).encode())
    assert [item.name for item in read(path)] == names


def test_a_row_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "f", b'[{"name":"' + b"a" * 20_000_000)
    with pytest.raises(errors.FileInvalid):
        read(path)


def test_memory_stays_flat_over_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    line = json.dumps(row(name="n" * 200)).encode()
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"[" + line)
        for _ in range(100):
            file.write((b"," + line) * 2000)
        file.write(b"]")
    tracemalloc.start()
    total = sum(len(rows) for rows in read_rows(path, Row))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 200_001
    assert peak < 16_000_000


texts = st.text(max_size=30)
counts = st.none() | st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(texts, counts, st.decimals(allow_nan=False, allow_infinity=False))),
    indent=st.sampled_from([None, 1]),
    level=st.integers(0, 9),
)
def test_any_rows_come_back_as_written(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, int | None, Decimal]],
    indent: int | None,
    level: int,
) -> None:
    documents = [{"name": n, "clicks": c, "cost": str(d)} for n, c, d in rows]
    content = json.dumps(documents, indent=indent).encode()
    compressor = zlib.compressobj(level, zlib.DEFLATED, 31)
    path = tmp_path_factory.mktemp("rows") / "f"
    path.write_bytes(compressor.compress(content) + compressor.flush())
    assert [(item.name, item.clicks, item.cost) for item in read(path)] == rows
