"""What `make status` shows."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import psutil

from embedded.worker import Worker


class ProcessStatus(TypedDict):
    """One process as scripts see it (`make status JSON=1`); ``rss_mb`` in MiB."""

    name: str
    kind: str
    url: str
    pid: int | None
    state: str
    restarts: int
    rss_mb: float


def snapshot(worker: Worker) -> ProcessStatus:
    process = worker.process
    return {
        "name": process.name,
        "kind": process.kind,
        "url": process.url,
        "pid": worker.pid,
        "state": worker.state,
        "restarts": worker.restarts,
        "rss_mb": _resident_mb(worker.pid) if worker.pid else 0.0,
    }


def table(processes: Sequence[ProcessStatus]) -> str:
    """Aligned text, one line per process, with a sum."""
    rows = [("PROCESS", "STATE", "URL", "PID", "MEMORY", "RESTARTS")]
    rows += [
        (
            p["name"],
            p["state"],
            p["url"],
            str(p["pid"] or "-"),
            _mb(p["rss_mb"]),
            str(p["restarts"]),
        )
        for p in processes
    ]
    rows.append(("", "", "", "", _mb(sum(p["rss_mb"] for p in processes)), ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def login_text(url: str, login: Mapping[str, str], mailbox_url: str) -> str:
    """Where to go and how to sign in; an empty `login`: at Clerk."""
    letters = f"  letters    {mailbox_url}\n" if mailbox_url else ""
    entrance = (
        f"  e-mail     {login['email']}\n  password   {login['password']}\n"
        if login
        else "  sign in    with Clerk\n"
    )
    return f"\n  Leadline   {url}\n{entrance}{letters}"


def _resident_mb(pid: int) -> float:
    """Resident memory of a process and its children, what they share counted once."""
    private, shared = 0, 0
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for process in family:
        try:
            memory = process.memory_info()
        except psutil.Error:
            continue
        private += memory.rss - memory.shared
        shared = max(shared, memory.shared)
    return round((private + shared) / 2**20, 1)


def _mb(value: float) -> str:
    return f"{value:.0f} MB" if value else "-"
