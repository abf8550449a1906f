"""The gateway's hop, against the same service called directly and through nginx, in the same run.

`python benchmarks/gateway_edge.py`: under a minute. Every hop is its own process with one worker; the
gateway is the real one (session, rate limit in Valkey, signed token), the session is remembered, Kafka
is absent. Load comes from wrk where it is installed, else from a loop of our own (which costs more than
wrk and so makes all ratios milder); nginx takes part where it is installed.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from infra import open_infra
from infra.databases import Databases
from servers import free_port
from shared.ids import new_id
from shared.internal_tokens import generate_keypair

SECONDS = 4
CONNECTIONS = (1, 32)
COOKIE = "leadline_session=bench"
PATH = "/v1/metrics/catalogue"
BODY = json.dumps({"items": [{"name": f"metric_{n}", "value": n} for n in range(30)]}).encode()
NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@dataclass(frozen=True)
class Measured:
    """`p50_ms`, `p99_ms`: latency as the client sees it."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Starts everything, measures every path at every concurrency, prints the table."""
    with contextlib.ExitStack() as stack:
        infra = open_infra()
        stack.callback(infra.close)
        upstream = free_port()
        stack.enter_context(_process([sys.executable, __file__, "upstream", str(upstream)]))
        paths = {"direct": upstream}
        if shutil.which("nginx"):
            paths["nginx, 1 worker"] = stack.enter_context(_nginx(upstream))
        else:
            print("nginx is not installed: its row is left out")
        environment = _gateway_environment(infra.postgres_url(), infra.redis_url(), upstream)
        paths["gateway"] = int(environment["SERVICE_PORT"])
        stack.enter_context(_process([sys.executable, "-m", "gateway"], environment))
        for port in paths.values():
            _until_answers(f"http://127.0.0.1:{port}{PATH}")
        _report({name: [_measure(port, c) for c in CONNECTIONS] for name, port in paths.items()})


def _report(rows: dict[str, list[Measured]]) -> None:
    print(f"{'path':<18}" + "".join(f"{f'c={c}: req/s':>14}{'p50 ms':>9}{'p99 ms':>9}{'ratio':>7}" for c in CONNECTIONS))  # fmt: skip
    for name, row in rows.items():
        cells = "".join(
            f"{m.requests_per_second:>14,.0f}{m.p50_ms:>9.2f}{m.p99_ms:>9.2f}"
            f"{m.requests_per_second / rows['direct'][n].requests_per_second:>7.2f}"
            for n, m in enumerate(row)
        )
        print(f"{name:<18}{cells}")
    print(
        f"limits: {os.cpu_count()} cores are shared by load, hop and service, so each hop takes from"
    )
    print("  the others; the gateway's own cost is Python's per request: client, headers, traces")


def _measure(port: int, connections: int) -> Measured:
    url = f"http://127.0.0.1:{port}{PATH}"
    if shutil.which("wrk"):
        return _wrk(url, connections)
    return asyncio.run(_own_load(url, connections))


def _wrk(url: str, connections: int) -> Measured:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-H", f"Cookie: {COOKIE}", url]  # fmt: skip
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{url} did not answer 2xx:\n{text}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p50, p99 = (re.search(rf"{p}%\s+([\d.]+)(us|ms|s)", text) for p in (50, 99))
    assert rate is not None
    assert p50 is not None
    assert p99 is not None
    return Measured(float(rate[1]), _milliseconds(p50), _milliseconds(p99))


def _milliseconds(match: re.Match[str]) -> float:
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]


async def _own_load(url: str, connections: int) -> Measured:
    latencies: list[float] = []
    started = time.perf_counter()
    until = started + SECONDS
    await asyncio.gather(*(_client(url, until, latencies) for _ in range(connections)))
    cuts = statistics.quantiles(latencies, n=100)
    rate = len(latencies) / (time.perf_counter() - started)
    return Measured(rate, cuts[49] * 1000, cuts[98] * 1000)


async def _client(url: str, until: float, latencies: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {COOKIE}\r\n\r\n".encode()
    )
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if b" 200 " not in head[:16] or length is None:
            raise SystemExit(f"{url} did not answer 200: {head!r}")
        await reader.readexactly(int(length[1]))
        latencies.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


def _gateway_environment(postgres: str, valkey: str, upstream: int) -> dict[str, str]:
    private, public = generate_keypair()
    service = f"http://127.0.0.1:{upstream}"
    names = ("AUTH", "TOKEN_REFRESHER", "DSP_INGEST", "AMC_RUNNER", "REPORTING")
    return {
        **os.environ,
        **{f"{name}_URL": service for name in names},
        "DATABASE_URL": asyncio.run(Databases(postgres).create("gateway", None)),
        "REDIS_URL": valkey,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "OBJECT_STORE_URL": "memory:///",
        "SERVICE_PORT": str(free_port()),
        "INTERNAL_SIGNING_KEY": private,
        "INTERNAL_PUBLIC_KEYS": json.dumps({"gateway": public}),
        "PUBLIC_URL": "http://127.0.0.1",
        "RATE_LIMIT_SESSION_PER_MINUTE": "100000000",
        "LOG_LEVEL": "error",
    }


@contextlib.contextmanager
def _nginx(upstream: int) -> Generator[int]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, upstream=upstream, port=port))
        with _process(["nginx", "-p", folder, "-c", str(config)]):
            yield port


@contextlib.contextmanager
def _process(command: list[str], environment: dict[str, str] | None = None) -> Generator[None]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _until_answers(url: str) -> None:
    def answers() -> bool:
        request = urllib.request.Request(url, headers={"Cookie": COOKIE})  # noqa: S310
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
            return answer.status == 200
        return False

    _wait_for(answers)


def _wait_for(done: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise SystemExit("a part did not start")
        time.sleep(0.05)


def serve_upstream(port: int) -> None:
    """The service behind: a FastAPI route with a body at hand, and auth's answer about the session."""
    import uvicorn  # noqa: PLC0415 - only this process needs it
    from fastapi import FastAPI, Response  # noqa: PLC0415

    app = FastAPI(openapi_url=None)
    session = {
        "subject": str(new_id()),
        "organization_id": str(new_id()),
        "permissions": ["report:read"],
        "brand_ids": None,
        "session_id": str(new_id()),
        "csrf_token": "x",
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }

    async def catalogue() -> Response:
        return Response(BODY, media_type="application/json")

    async def resolve() -> dict[str, object]:
        return dict(session)

    app.add_api_route(PATH, catalogue)
    app.add_api_route("/internal/sessions/resolve", resolve, methods=["POST"])
    uvicorn.run(app, port=port, access_log=False, log_level="error")


if __name__ == "__main__":
    if sys.argv[1:2] == ["upstream"]:
        serve_upstream(int(sys.argv[2]))
    else:
        main()
