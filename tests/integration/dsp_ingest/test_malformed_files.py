"""Report files that are wrong in one way each: none half-lands, and the next good file is the truth."""

from datetime import timedelta
from uuid import UUID

import pytest
from dsp_ingest.planning.domain import local
from infra.ingest import Rig

DOWNLOAD = "GET /_download"
DAYS = 3
REFUSED = (
    "file_truncated_gzip", "file_wrong_checksum", "file_trailing_garbage", "file_not_gzip",
    "file_invalid_json", "file_wrong_root", "file_row_not_object", "file_missing_column",
    "file_wrong_type", "file_nan", "file_infinity", "file_huge_int",
    "file_foreign_advertiser", "file_day_out_of_range", "file_no_day",
    "file_duplicate_rows", "file_mixed_currencies", "file_bom", "file_bad_utf8",
    "file_empty_body", "file_empty_gzip", "file_html",
)  # fmt: skip


@pytest.mark.parametrize("kind", [*REFUSED, "file_extra_column"])
async def test_a_malformed_file_changes_no_number(
    rig: Rig, organization_id: UUID, kind: str
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.faults({"match": DOWNLOAD, "kind": kind, "count": 1})
    await rig.link(advertiser)
    await rig.settle(rig.deps(sync_history_days=DAYS))
    today = local(advertiser.raw["timezone"], rig.clock()).today
    truth = await rig.truth(advertiser, today - timedelta(days=DAYS), today)
    assert await rig.landed(advertiser) == truth


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_file_that_stays_malformed_lands_nothing(
    rig: Rig, organization_id: UUID, kind: str
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    await rig.faults({"match": DOWNLOAD, "kind": kind})
    await rig.link(advertiser)
    await rig.settle(rig.deps(sync_history_days=DAYS), hours=0.9)
    assert not await rig.landed(advertiser)
    assert not await rig.events("report.landed")
