#!/usr/bin/env bash
# What is left of the key's limit: on every answer.
set -euo pipefail
curl --fail-with-body --silent --show-error --output /dev/null --dump-header - \
  --header "Authorization: Bearer $LEADLINE_API_KEY" \
  "$LEADLINE_URL/v1/connections" | grep --ignore-case '^ratelimit'
