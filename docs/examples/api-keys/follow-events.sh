#!/usr/bin/env bash
# What happens in the key's brands, as it happens; for a minute.
set -euo pipefail
curl --fail-with-body --silent --show-error --no-buffer --max-time "${SECONDS_TO_FOLLOW:-60}" \
  --header "Authorization: Bearer $LEADLINE_API_KEY" \
  --header "Accept: text/event-stream" \
  "$LEADLINE_URL/v1/events" || [ $? -eq 28 ]
