"""Every table with a tenant's rows stands behind the second wall, in every service's schema."""

from importlib import import_module
from pathlib import Path

import pytest
from infra.databases import MakeDb
from shared.db import SYSTEM

SERVICES = ("auth", "token_refresher", "dsp_ingest", "amc_runner", "reporting")
TENANT_COLUMNS = ("organization_id", "brand_id", "advertiser_id", "connection_id")

_TABLES = """
select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as walled,
       exists (select 1 from pg_policy p where p.polrelid = c.oid) as has_policy,
       array(select a.attname::text from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = current_schema() and c.relkind in ('r', 'p')
"""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_of_a_tenant_has_forced_row_level_security(
    make_db: MakeDb, service: str
) -> None:
    migrations = Path(str(import_module(service).__file__)).parent / "migrations"
    db = await make_db(service, migrations)
    async with db.read(SYSTEM) as tx:
        tables = await tx.fetch(_TABLES)
    tenants = [t for t in tables if any(column in t["columns"] for column in TENANT_COLUMNS)]
    assert tenants
    bare = [t["name"] for t in tenants if not (t["walled"] and t["has_policy"])]
    assert bare == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_not_look_into_another_schema(make_db: MakeDb, service: str) -> None:
    migrations = Path(str(import_module(service).__file__)).parent / "migrations"
    db = await make_db(service, migrations)
    async with db.read(SYSTEM) as tx:
        schemas = await tx.fetch(
            """select nspname from pg_namespace
               where has_schema_privilege(nspname, 'usage') and nspname !~ '^pg_'"""
        )
    assert {row["nspname"] for row in schemas} <= {service, "information_schema"}
