"""The Amazon client against bare httpx: requests per second over the same loopback server, in the same run.

Bare means httpx with the headers set by hand and the JSON decoded: what a caller without the client would write at
least. The client adds the token source, the exact decoding, typed rows and its errors.
"""

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable

import httpx
from amazon_ads import AmazonAdsClient, Endpoints, accounts, reporting

CONCURRENCY = 8
SECONDS = 3.0
ROUNDS = 3
LIMIT = 0.7
TOKEN = "Atza|benchmark"  # noqa: S105 - nobody's
PROFILES = json.dumps([
    {
        "profileId": 3718205519462207 + n, "countryCode": "US", "currencyCode": "USD",
        "timezone": "America/Los_Angeles", "accountInfo": {"marketplaceStringId": "ATVPDKIKX0DER",
        "id": f"ENTITY{n}", "type": "agency", "name": f"Seat {n}"},
    }
    for n in range(10)
]).encode()  # fmt: skip
REPORT = json.dumps({
    "reportId": "r-1", "status": "PENDING", "startDate": "2026-05-01", "endDate": "2026-05-07",
    "configuration": {"adProduct": "DEMAND_SIDE_PLATFORM", "columns": ["date", "clicks"]}, "url": None,
}).encode()  # fmt: skip


class Server(asyncio.Protocol):
    """Answers every request at once and keeps the connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        body = PROFILES if b"/v2/profiles" in data[:60] else REPORT
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]


def serve(port: "multiprocessing.Queue[int]") -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def rate(call: Callable[[], Awaitable[object]]) -> float:
    """Calls per second of this process's core, CONCURRENCY at a time: what others do beside it counts not."""
    until, done = time.perf_counter() + SECONDS, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await call()
            done += 1

    started = time.process_time()
    await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
    return done / (time.process_time() - started)


async def token(_: str | None) -> str:
    return TOKEN


async def measure(root: str) -> list[tuple[str, float, float]]:
    """(what, bare, client) in requests per second; the best of ROUNDS, which alternate."""
    found: dict[str, list[tuple[float, float]]] = {}
    async with httpx.AsyncClient() as http:
        client = AmazonAdsClient(http, Endpoints.at(root).na, client_id="c", tokens=token)
        account = reporting.Account.advertiser("1")
        headers = {"Authorization": f"Bearer {TOKEN}", "Amazon-Advertising-API-ClientId": "c"}

        async def bare(path: str) -> object:
            return (await http.get(f"{root}/na{path}", headers=headers)).json()

        for _ in range(ROUNDS):
            for what, plain, ours in (
                ("10 profiles", lambda: bare("/v2/profiles"), lambda: accounts.list_profiles(client)),
                ("a report", lambda: bare("/reporting/reports/r-1"), lambda: reporting.get_report(client, account, "r-1")),
            ):  # fmt: skip
                found.setdefault(what, []).append((await rate(plain), await rate(ours)))
    return [(what, max(p for p, _ in r), max(o for _, o in r)) for what, r in found.items()]


def main() -> int:
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    try:
        rows = asyncio.run(measure(f"http://127.0.0.1:{ports.get(timeout=30)}"))
    finally:
        server.terminate()
        server.join()
    print("| call | bare httpx/s | client/s | ratio | limit |\n|---|---|---|---|---|")
    for what, plain, ours in rows:
        print(f"| {what} | {plain:.0f} | {ours:.0f} | {ours / plain:.2f} | {LIMIT} |")
    return 0 if all(ours / plain >= LIMIT for _, plain, ours in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
