"""SQL of exports and their links."""

# ruff: noqa: S608 - every fragment is a literal, as pyright proves (LiteralString)

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from shared.db import Tx

from .domain import Job, Stored

_ADD = """
insert into export (organization_id, export_id, asked_by_kind, asked_by, brand_ids, format, bom, question,
    next_attempt_at, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $9)
"""
_UNFINISHED = """
select count(*) from export where organization_id = $1 and state in ('pending', 'running')
"""
_CLAIM = """
update export set state = 'running', lease_token = $1, leased_until = $2, attempts = attempts + 1,
    started_at = $3, rows_written = 0, parts_done = 0, parts_total = null
where (organization_id, export_id) = (
    select organization_id, export_id from export
    where state in ('pending', 'running') and next_attempt_at <= $3 and attempts < $4
      and (leased_until is null or leased_until <= $3)
    order by next_attempt_at, asked_at limit 1 for update skip locked
)
returning *
"""
_GIVE_UP = """
update export set state = 'failed', finished_at = $1, lease_token = null,
    error_code = coalesce(error_code, 'export_interrupted'),
    error_detail = coalesce(error_detail, 'The process ended in the middle of every attempt.')
where state in ('pending', 'running') and attempts >= $2
  and (leased_until is null or leased_until <= $1)
returning organization_id, export_id, brand_ids, format, error_code
"""
_TOUCH = """
update export set leased_until = $4, rows_written = $5, parts_done = $6, parts_total = $7
where organization_id = $1 and export_id = $2 and lease_token = $3 and state = 'running'
returning true
"""
_FINISH = """
update export set state = 'ready', lease_token = null, leased_until = null, uri = $4, byte_count = $5,
    sha256 = $6, rows_written = $7, parts_done = $14, parts_total = $14, manifest = $8::jsonb,
    advertiser_ids = $9, told_brand_ids = $10, every_brand = $11, finished_at = $12, expires_at = $13,
    error_code = null, error_detail = null
where organization_id = $1 and export_id = $2 and lease_token = $3 and state = 'running'
returning true
"""
_POSTPONE = """
update export set state = 'pending', lease_token = null, leased_until = null, next_attempt_at = $4,
    error_code = $5, error_detail = $6
where organization_id = $1 and export_id = $2 and lease_token = $3 and state = 'running'
"""
_FAIL = """
update export set state = 'failed', lease_token = null, leased_until = null, finished_at = $4,
    error_code = $5, error_detail = $6
where organization_id = $1 and export_id = $2 and lease_token = $3 and state = 'running'
returning true
"""
_SHOWN = """
select export_id as id, asked_by_kind, asked_by, format, bom, question, state, rows_written, parts_done,
    parts_total, byte_count, sha256, error_code, error_detail, asked_at, started_at, finished_at,
    expires_at, cardinality(brand_ids) as brand_count,
    (select count(*) from export_link l where l.organization_id = e.organization_id
        and l.export_id = e.export_id and l.revoked_at is null and l.expires_at > $3) as link_count
from export e where organization_id = $1 and ($2::text is null or asked_by = $2)
"""
_LIST = (
    _SHOWN
    + """ and ($4::uuid is null or (asked_at, export_id) < (
    select asked_at, export_id from export where organization_id = $1 and export_id = $4))
order by asked_at desc, export_id desc limit $5"""
)
_ONE = (
    "select s.*, m.manifest from ("
    + _SHOWN
    + " and export_id = $4) s join export m on m.organization_id = $1 and m.export_id = s.id"
)
_LINKS = """
select link_id as id, made_by_kind, made_by, made_at, expires_at, revoked_at, downloads
from export_link where organization_id = $1 and export_id = $2 order by made_at desc limit 100
"""
_HOLD = """
select state, expires_at, uri, byte_count, sha256, format, question, told_brand_ids, every_brand
from export
where organization_id = $1 and ($2::text is null or asked_by = $2) and export_id = $3 for update
"""
_END = """
update export set state = $3, finished_at = coalesce(finished_at, $4), lease_token = null
where organization_id = $1 and export_id = $2
"""
_END_LINKS = """
update export_link set revoked_at = $3
where organization_id = $1 and export_id = $2 and revoked_at is null
"""
_ADD_LINK = """
insert into export_link (organization_id, link_id, export_id, made_by_kind, made_by, made_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
_END_LINK = """
update export_link set revoked_at = coalesce(revoked_at, $4)
where organization_id = $1 and export_id = $2 and link_id = $3 returning true
"""
_FILE = """
select export_id, uri, byte_count, sha256, format, question, told_brand_ids, every_brand, state
from export where organization_id = $1 and ($2::text is null or asked_by = $2) and export_id = $3
"""
_FOLLOW = """
select l.export_id, l.made_by_kind, l.made_by, l.revoked_at, l.expires_at,
    e.uri, e.byte_count, e.sha256, e.format, e.question, e.told_brand_ids, e.every_brand, e.state
from export_link l
join export e on e.organization_id = l.organization_id and e.export_id = l.export_id
where l.organization_id = $1 and l.link_id = $2
"""
_COUNT_DOWNLOAD = """
update export_link set downloads = downloads + 1 where organization_id = $1 and link_id = $2
"""
_EXPIRE = "update export set state = 'expired' where state = 'ready' and expires_at <= $1"
_LEFTOVERS = """
select organization_id, export_id from export
where file_deleted_at is null and state in ('failed', 'cancelled', 'revoked', 'expired')
  and (leased_until is null or leased_until <= $1)
order by finished_at limit 20
"""
_DELETED = """
update export set file_deleted_at = $3, uri = null where organization_id = $1 and export_id = $2
"""
_FORGET = """
delete from export where file_deleted_at is not null and finished_at < $1
"""
_LEAVE = """
update export set state = 'cancelled', finished_at = $3, lease_token = null,
    error_code = 'asker_left', error_detail = 'Who asked for it has no access any more.'
where organization_id = $1 and asked_by = $2 and state in ('pending', 'running')
"""
_LEAVE_LINKS = """
update export_link set revoked_at = $3
where organization_id = $1 and made_by = $2 and revoked_at is null
"""
_ERASE_READY = """
update export set state = 'revoked', error_code = 'advertiser_erased',
    error_detail = 'It held numbers of an advertiser whose history was erased.'
where organization_id = $1 and $2 = any (advertiser_ids) and state = 'ready'
"""
_ERASE_RUNNING = """
update export set state = 'pending', lease_token = null, leased_until = null
where organization_id = $1 and state = 'running'
"""


async def add(tx: Tx, row: tuple[Any, ...]) -> None:
    """organization, export, kind and subject of who asked, brands, format, bom, question, now."""
    *first, question, now = row
    await tx.execute(_ADD, *first, orjson.dumps(question).decode(), now)


async def count_unfinished(tx: Tx, organization_id: UUID) -> int:
    return await tx.fetchval(_UNFINISHED, organization_id)


async def claim(
    tx: Tx, *, token: UUID, now: datetime, lease: timedelta, max_attempts: int
) -> Job | None:
    """The next due job under a lease, also one whose lease has ended."""
    row = await tx.fetchrow(_CLAIM, token, now + lease, now, max_attempts)
    if row is None:
        return None
    return Job(
        row["organization_id"],
        row["export_id"],
        token,
        row["brand_ids"],
        row["format"],
        row["bom"],
        orjson.loads(row["question"]),
        row["attempts"],
    )


async def give_up(tx: Tx, *, now: datetime, max_attempts: int) -> list[Record]:
    """Fails the jobs that were tried often enough; which these are."""
    return await tx.fetch(_GIVE_UP, now, max_attempts)


async def touch(
    tx: Tx, job: Job, *, leased_until: datetime, rows: int, part: int, parts: int
) -> bool:
    """Goes on holding the job and tells how far it is; False when it is no longer held."""
    key = (job.organization_id, job.export_id, job.lease_token)
    return bool(await tx.fetchval(_TOUCH, *key, leased_until, rows, part, parts))


async def finish(tx: Tx, job: Job, row: tuple[Any, ...]) -> bool:
    """uri, bytes, sha256, rows, manifest (JSON), advertisers, brands told, every brand, now, expires,
    parts;
    False when the job is no longer held."""
    key = (job.organization_id, job.export_id, job.lease_token)
    return bool(await tx.fetchval(_FINISH, *key, *row))


async def postpone(tx: Tx, job: Job, until: datetime, code: str, detail: str) -> None:
    key = (job.organization_id, job.export_id, job.lease_token)
    await tx.execute(_POSTPONE, *key, until, code, detail)


async def fail(tx: Tx, job: Job, now: datetime, code: str, detail: str) -> bool:
    """False when the job is no longer held."""
    key = (job.organization_id, job.export_id, job.lease_token)
    return bool(await tx.fetchval(_FAIL, *key, now, code, detail))


async def listed(
    tx: Tx, organization_id: UUID, asker: str | None, now: datetime, before: UUID | None, limit: int
) -> list[Record]:
    """The newest exports (`before`: older than this one); `asker` None: everybody's."""
    return await tx.fetch(_LIST, organization_id, asker, now, before, limit)


async def one(
    tx: Tx, organization_id: UUID, asker: str | None, now: datetime, export_id: UUID
) -> Record | None:
    return await tx.fetchrow(_ONE, organization_id, asker, now, export_id)


async def links(tx: Tx, organization_id: UUID, export_id: UUID) -> list[Record]:
    return await tx.fetch(_LINKS, organization_id, export_id)


async def hold(tx: Tx, organization_id: UUID, asker: str | None, export_id: UUID) -> Record | None:
    """The export, locked."""
    return await tx.fetchrow(_HOLD, organization_id, asker, export_id)


async def end(tx: Tx, organization_id: UUID, export_id: UUID, state: str, now: datetime) -> None:
    """Cancelled or revoked; its links end with it."""
    await tx.execute(_END, organization_id, export_id, state, now)
    await tx.execute(_END_LINKS, organization_id, export_id, now)


async def add_link(tx: Tx, row: tuple[Any, ...]) -> None:
    """organization, link, export, kind and subject of who made it, now, expires."""
    await tx.execute(_ADD_LINK, *row)


async def end_link(
    tx: Tx, organization_id: UUID, export_id: UUID, link_id: UUID, now: datetime
) -> bool:
    return bool(await tx.fetchval(_END_LINK, organization_id, export_id, link_id, now))


async def file(tx: Tx, organization_id: UUID, asker: str | None, export_id: UUID) -> Record | None:
    return await tx.fetchrow(_FILE, organization_id, asker, export_id)


async def follow(tx: Tx, organization_id: UUID, link_id: UUID) -> Record | None:
    """A link with the export it leads to."""
    return await tx.fetchrow(_FOLLOW, organization_id, link_id)


async def count_download(tx: Tx, organization_id: UUID, link_id: UUID) -> None:
    await tx.execute(_COUNT_DOWNLOAD, organization_id, link_id)


def stored(organization_id: UUID, row: Record) -> Stored:
    """The file of a ready export."""
    question = orjson.loads(row["question"])
    return Stored(
        organization_id,
        row["export_id"],
        row["uri"],
        row["byte_count"],
        row["sha256"],
        row["format"],
        question["start_date"],
        question["end_date"],
        frozenset(row["told_brand_ids"]),
        row["every_brand"],
    )


async def expire(tx: Tx, now: datetime) -> None:
    await tx.execute(_EXPIRE, now)


async def leftovers(tx: Tx, now: datetime) -> list[tuple[UUID, UUID]]:
    """Organization and id of ended exports whose files may still lie in the store."""
    rows = await tx.fetch(_LEFTOVERS, now)
    return [(row["organization_id"], row["export_id"]) for row in rows]


async def mark_deleted(tx: Tx, organization_id: UUID, export_id: UUID, now: datetime) -> None:
    await tx.execute(_DELETED, organization_id, export_id, now)


async def forget(tx: Tx, before: datetime) -> None:
    """The rows of exports that ended before."""
    await tx.execute(_FORGET, before)


async def end_unfinished_of(tx: Tx, organization_id: UUID, subject: str, now: datetime) -> None:
    await tx.execute(_LEAVE, organization_id, subject, now)


async def end_links_of(tx: Tx, organization_id: UUID, subject: str, now: datetime) -> None:
    await tx.execute(_LEAVE_LINKS, organization_id, subject, now)


async def erase(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> None:
    """No file with the advertiser's numbers is had any more; what is being written begins anew."""
    await tx.execute(_ERASE_READY, organization_id, advertiser_id)
    await tx.execute(_ERASE_RUNNING, organization_id)
