#!/usr/bin/env bash
# The tests' pooler: $PGBOUNCER, or pgbouncer on PATH; installed where that takes no password.
set -euo pipefail
PATH="$PATH:/usr/sbin"
if [ -n "${PGBOUNCER:-}" ] || command -v pgbouncer >/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer >/dev/null
  exit 0
fi
echo "The tests need PgBouncer: install it (Debian: sudo apt-get install pgbouncer), or set PGBOUNCER to its path." >&2
exit 1
