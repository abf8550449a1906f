"""SQL as the superuser, from synchronous tests (a browser's event loop may be running here)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg

from infra.installation import Installation


def run_sql(installation: Installation, query: str) -> list[Any]:
    """The rows of one statement."""

    async def go() -> list[Any]:
        conn = await asyncpg.connect(installation.admin_database_url)
        try:
            return await conn.fetch(query)
        finally:
            await conn.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(go())).result()
