"""An installation of stand-ins: the real supervisor and commands over three tiny programs.

``store`` (a server) ← ``seed`` (a task) ← ``front`` (a service). Each writes a line to
``<home>/order`` when it starts and when it ends. Run as the embedded command is:
``python -P standin.py up|down|…``.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from embedded import __main__, cli
from embedded.launch import Launch
from embedded.probes import http_ok
from embedded.secret_file import Secrets
from embedded.settings import Settings
from embedded.topology import Process

_SERVER = """
import http.server, os, signal, subprocess, sys
name, port, order = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def note(what):
    with open(order, "a") as file:
        file.write(f"{what} {name} {os.getpid()}\\n")
def leave(*_):
    note("end")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
note("start")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        print("asked", self.path)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
_TASK = "import sys; open(sys.argv[3], 'a').write('ran seed 0\\n')"


def stand_ins(settings: Settings, _: Secrets) -> list[Process]:
    store, front = settings.port("postgres"), settings.port("gateway")

    def run(name: str, code: str, port: int = 0) -> Callable[[], Awaitable[Launch]]:
        async def launch() -> Launch:
            order = Path(settings.home / "order")
            return Launch([sys.executable, "-I", "-u", "-c", code, name, str(port), str(order)])

        return launch

    broken = settings.override.get("front", {}).get("broken")
    front_code = "raise SystemExit('cannot')" if broken else _SERVER
    return [
        Process("store", "infrastructure", run("store", _SERVER, store), http_ok(store, "/"),
                ports=(store,)),
        Process("seed", "task", run("seed", _TASK), after=("store",)),
        Process("front", "service", run("front", front_code, front), http_ok(front, "/readyz"),
                http_ok(front, "/livez"), (front,), settings.url, after=("store", "seed")),
    ]  # fmt: skip


if __name__ == "__main__":
    cli.topology = stand_ins
    sys.exit(__main__.main())
