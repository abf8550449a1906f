#!/usr/bin/env bash
# Cost and clicks per day and brand. A POST needs no CSRF token with a key.
set -euo pipefail
curl --fail-with-body --silent --show-error \
  --header "Authorization: Bearer $LEADLINE_API_KEY" \
  --json '{
    "start_date": "2026-01-01", "end_date": "2026-01-31",
    "dimensions": ["date", "brand"], "metrics": ["total_cost", "clicks"]
  }' \
  "$LEADLINE_URL/v1/metrics/query"
