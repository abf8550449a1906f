"""Become the program to run, in a way that cannot outlive whoever started it.

Run as ``python -I -S child.py <parent pid> <uid or -> <gid or -> -- <argv…>``. A step of its own
rather than a ``preexec_fn``, which is unsafe in a parent with threads. It leads its own session
(so the terminal's Ctrl-C does not reach it before its turn), drops root when told to, and asks
Linux to kill it when its parent ends.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, uid: str, gid: str, argv: list[str]) -> None:
    os.setsid()
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # After setuid: a change of user clears the request.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("its supervisor ended before it began")
    os.execv(argv[0], argv)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    try:
        become(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[5:])
    except OSError as error:
        sys.stderr.write(f"cannot run {sys.argv[5]}: {error}\n")
        sys.exit(127)
