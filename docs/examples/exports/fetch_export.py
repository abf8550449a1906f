"""Asks for an export, waits until it is ready, downloads it (going on where a connection broke) and checks it.

`python fetch_export.py QUERY.json FILE`: the format is that of FILE's name (csv, xlsx, parquet).
"""

import hashlib
import json
import os
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

URL, KEY = os.environ["LEADLINE_URL"], os.environ["LEADLINE_API_KEY"]


def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(URL + path, data, sent, method=method)  # noqa: S310
    return urllib.request.urlopen(request, timeout=60)  # noqa: S310


def wait(export_id: str) -> dict[str, Any]:
    while True:
        export = json.load(call("GET", f"/v1/exports/{export_id}"))
        if export["state"] not in ("pending", "running"):
            return export
        time.sleep(1)


def download(export: dict[str, Any], to: Path) -> None:
    """Appends to what is there already, if it is of the same file."""
    have = to.stat().st_size if to.exists() else 0
    if have == export["bytes"]:
        return
    ranged = {"Range": f"bytes={have}-", "If-Range": f'"{export["sha256"]}"'}
    answer = call("GET", f"/v1/exports/{export['id']}/file", **ranged)
    with answer, to.open("ab" if answer.status == 206 else "wb") as file:
        while piece := answer.read(1 << 20):
            file.write(piece)


query, to = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
wish = {"format": to.suffix[1:], "query": query}
asked = json.load(call("POST", "/v1/exports", wish, **{"Idempotency-Key": str(uuid.uuid4())}))
export = wait(asked["id"])
if export["state"] != "ready":
    sys.exit(f"{export['state']}: {export['error_detail']}")
while not to.exists() or to.stat().st_size < export["bytes"]:
    download(export, to)
if hashlib.sha256(to.read_bytes()).hexdigest() != export["sha256"]:
    sys.exit("the file is not what was written")
if not export["manifest"]["reconciliation"]["ok"]:
    sys.exit("the file's sums are not the totals")
sys.stdout.write(f"{export['rows']} rows as of {export['manifest']['as_of']}\n")
