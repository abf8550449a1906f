#!/usr/bin/env bash
# The tests' browser: $CHROMIUM, or chromium on PATH; installed where that takes no password.
set -euo pipefail
if [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  exit 0
fi
echo "The tests need Chromium: install it (Debian: sudo apt-get install chromium), or set CHROMIUM to its path." >&2
exit 1
