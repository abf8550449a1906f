#!/usr/bin/env bash
# The brands that the key may see.
set -euo pipefail
curl --fail-with-body --silent --show-error \
  --header "Authorization: Bearer $LEADLINE_API_KEY" \
  "$LEADLINE_URL/v1/brands"
