"""Where numbers come from: the reports behind an answer, down to Amazon's ids."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from shared.db import Tx

from .domain import Plan

MAX_REPORTS: Final = 1000
_REPORTS: Final = """
select v.advertiser_id, v.report_id, l.amazon_report_id, v.report_type, min(v.date) as first_date,
    max(v.date) as last_date, count(*) as days, v.as_of, l.landed_at, max(v.loaded_at) as loaded_at
from (
    select distinct on (advertiser_id, date) * from day_version
    where organization_id = $1 and advertiser_id = any ($2::uuid[]) and report_type = $3
      and date between $4 and $5 and ($6::timestamptz is null or as_of <= $6)
    order by advertiser_id, date, as_of desc, report_id desc
) v
left join load l on l.organization_id = $1 and l.report_id = v.report_id
group by v.advertiser_id, v.report_id, l.amazon_report_id, v.report_type, v.as_of, l.landed_at
order by first_date desc, v.advertiser_id, v.as_of desc limit $7
"""


async def reports(
    tx: Tx, plan: Plan, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    """The reports that told the plan's days, newest days first, at most 1000."""
    kind = plan.kind.report_type
    days = (plan.start_date, plan.end_date)
    rows = await tx.fetch(
        _REPORTS, organization_id, list(advertiser_ids), kind, *days, plan.as_of, MAX_REPORTS
    )
    return [dict(row) for row in rows]
