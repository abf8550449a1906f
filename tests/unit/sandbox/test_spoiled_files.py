"""Every named way to spoil a report file: reproducible, different from the file, readable or not as named."""

import gzip
import zlib

import orjson
import pytest
from sandbox.faults.files import FILE_KINDS, spoil_file

ROWS = [
    {"date": f"2026-11-0{day}", "advertiserId": "1", "orderCurrency": "USD", "impressions": day}
    for day in (1, 2, 3)
]
FILE = gzip.compress(orjson.dumps(ROWS), 6, mtime=0)
READABLE = {
    "file_wrong_root", "file_row_not_object", "file_missing_column", "file_extra_column",
    "file_wrong_type", "file_null_value", "file_negative_count",
    "file_foreign_advertiser", "file_day_out_of_range", "file_no_day", "file_duplicate_rows",
    "file_mixed_currencies",
}  # fmt: skip


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_a_spoiled_file_is_another_file_the_same_every_time(kind: str) -> None:
    spoiled = spoil_file(kind, FILE)
    assert spoiled != FILE
    assert spoil_file(kind, FILE) == spoiled


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_only_what_is_wrong_by_meaning_can_be_read(kind: str) -> None:
    try:
        rows = orjson.loads(gzip.decompress(spoil_file(kind, FILE)))
    except (OSError, EOFError, zlib.error, orjson.JSONDecodeError):
        assert kind not in READABLE
    else:
        assert kind in READABLE | {"file_huge_int"}
        assert rows != ROWS


def test_other_formats_are_cut() -> None:
    assert (
        spoil_file("file_nan", b"date,impressions\r\n1,2\r\n")
        == b"date,impressions\r\n1,2\r\n"[:11]
    )
