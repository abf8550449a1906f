"""PgBouncer in transaction mode in front of a Postgres, as Supabase and others offer it."""

import contextlib
import os
import shutil

import asyncpg
from embedded.launch import Launch
from embedded.postgres import Postgres
from embedded.server import Server, StartFailedError
from embedded.unprivileged import own_folder, unprivileged_user

from infra.embedded_parts import free_port

SERVER_CONNECTIONS = 3
"""Per role; fewer than a service's own pool, so that its transactions really change servers."""

_CONFIG = """\
[databases]
* = host=127.0.0.1 port={postgres_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {server_connections}
max_client_conn = 400
auth_type = scram-sha-256
auth_file = {users}
auth_user = postgres
auth_query = select usename, passwd from pg_shadow where usename = $1
server_login_retry = 1
"""


class PgBouncer(Server):
    """Logs people in with their own Postgres passwords, which it looks up as the superuser."""

    def __init__(self, postgres: Postgres) -> None:
        super().__init__(postgres.folder.with_name("pgbouncer"), free_port())
        self._postgres = postgres

    @property
    def url(self) -> str:
        """The superuser's, through the pooler."""
        return self._postgres.url().replace(f":{self._postgres.port}/", f":{self.port}/")

    async def prepare(self) -> Launch:
        user = unprivileged_user()
        home = own_folder(self.folder, user)
        users = home / "users.txt"
        users.write_text(f'"postgres" "{self._postgres.password}"\n')
        config = home / "pgbouncer.ini"
        config.write_text(
            _CONFIG.format(
                port=self.port,
                postgres_port=self._postgres.port,
                server_connections=SERVER_CONNECTIONS,
                users=users,
            )
        )
        for file in (users, config):
            file.chmod(0o600)
            if user:
                os.chown(file, user.uid, user.gid)
        return Launch([program(), str(config)], user=user)

    async def ready(self) -> bool:
        refused = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
        with contextlib.suppress(*refused):
            connection = await asyncpg.connect(
                self.url, timeout=2, ssl=False, statement_cache_size=0
            )
            await connection.close()
            return True
        return False


def program() -> str:
    """Raises when it is not installed: a test of the pooler without one would prove nothing."""
    found = os.environ.get("PGBOUNCER") or shutil.which(
        "pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"
    )
    if found is None:
        raise StartFailedError(
            "PgBouncer is not installed: make pgbouncer (as root), or "
            "sudo apt-get install pgbouncer, or set PGBOUNCER to its path"
        )
    return found
