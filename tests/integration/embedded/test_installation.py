"""The supervisor and its commands, seen from outside, over stand-in programs."""

import os
import signal
import socket
from collections.abc import Callable
from subprocess import Popen
from typing import Any

import psutil

Alive = Callable[[int], bool]


def test_up_starts_in_order_and_returns_when_all_is_ready(installation: Any) -> None:
    code, output = installation.run("up")
    assert code == 0, output
    assert installation.order() == ["start store", "ran seed", "start front"]
    assert f"http://127.0.0.1:{installation.port_base}" in output
    assert "owner@example.com" in output
    states = {name: process["state"] for name, process in installation.processes().items()}
    assert states == {"store": "ready", "seed": "done", "front": "ready"}


def test_status_as_json_has_the_agreed_shape(installation: Any) -> None:
    installation.run("up")
    front = installation.processes()["front"]
    assert set(front) == {"name", "kind", "url", "pid", "state", "restarts", "rss_mb"}
    assert psutil.pid_exists(front["pid"])
    assert front["rss_mb"] > 1
    assert front["restarts"] == 0


def test_status_shows_the_password_again(installation: Any) -> None:
    _, first = installation.run("up")
    password = first.split("password")[1].split()[0]
    _, again = installation.run("status")
    assert password in again
    assert "front" in again


def test_up_twice_is_one_installation(installation: Any) -> None:
    installation.run("up")
    before = installation.processes()
    code, _ = installation.run("up")
    assert code == 0
    assert installation.processes()["front"]["pid"] == before["front"]["pid"]


def test_down_ends_in_reverse_order_and_leaves_nothing(installation: Any, alive: Alive) -> None:
    installation.run("up")
    supervisor = installation.supervisor().pid
    code, _ = installation.run("down")
    assert code == 0
    assert installation.order()[3:] == ["end front", "end store"]
    assert not [pid for pid in [supervisor, *installation.pids()] if alive(pid)]
    assert installation.run("down") == (0, "nothing is running\n")


def test_a_killed_process_comes_back(installation: Any, eventually: Any) -> None:
    installation.run("up")
    pid = installation.processes()["front"]["pid"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: installation.processes()["front"]["restarts"] == 1)
    eventually(lambda: installation.processes()["front"]["state"] == "ready")
    assert installation.processes()["front"]["pid"] != pid
    assert installation.processes()["store"]["restarts"] == 0


def test_restart_replaces_one_process(installation: Any, eventually: Any) -> None:
    installation.run("up")
    before = installation.processes()
    assert installation.run("restart", "front")[0] == 0
    eventually(lambda: installation.processes()["front"]["state"] == "ready")
    after = installation.processes()
    assert after["front"]["pid"] != before["front"]["pid"]
    assert after["store"]["pid"] == before["store"]["pid"]
    code, output = installation.run("restart", "nobody")
    assert code == 1
    assert "there are store, seed, front" in output


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_recovers(
    installation: Any, eventually: Any, alive: Alive
) -> None:
    installation.run("up")
    installation.supervisor().kill()
    eventually(lambda: not [pid for pid in installation.pids() if alive(pid)])
    code, output = installation.run("up")
    assert code == 0, output
    assert installation.processes()["front"]["state"] == "ready"


def test_ctrl_c_during_the_start_stops_all(
    installation: Any, interrupt: Callable[[Popen[str]], None], eventually: Any, alive: Alive
) -> None:
    installation.variables["OVERRIDE__FRONT__BROKEN"] = "yes"
    command = installation.start("up")
    eventually(lambda: "start store" in installation.order())
    interrupt(command)
    output, _ = command.communicate(timeout=60)
    assert command.returncode == 130, output
    assert not [pid for pid in installation.pids() if alive(pid)]
    assert installation.run("down") == (0, "nothing is running\n")


def test_a_process_that_never_starts_ends_the_start_and_shows_its_log(
    installation: Any, alive: Alive
) -> None:
    installation.variables["OVERRIDE__FRONT__BROKEN"] = "yes"
    code, output = installation.run("up")
    assert code == 1
    assert "did not become ready" in output
    assert "cannot" in output
    assert not [pid for pid in installation.pids() if alive(pid)]


def test_a_taken_port_is_refused_clearly_and_nothing_starts(installation: Any) -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", installation.port_base + 10))
        holder.listen()
        code, output = installation.run("up")
    assert code == 1
    assert f"port {installation.port_base + 10}, wanted by store, is taken by process" in output
    assert "PORT_BASE=" in output
    assert installation.order() == []


def test_two_installations_live_side_by_side(make_installation: Any, alive: Alive) -> None:
    one, two = make_installation(), make_installation()
    assert one.run("up")[0] == 0
    assert two.run("up")[0] == 0
    one.run("down")
    assert two.processes()["front"]["state"] == "ready"
    assert not [pid for pid in one.pids() if alive(pid)]


def test_foreground_shows_prefixed_lines_and_ctrl_c_ends_in_order(
    installation: Any, interrupt: Callable[[Popen[str]], None], eventually: Any
) -> None:
    command = installation.start("up", "--foreground")
    eventually(lambda: "start front" in installation.order())
    eventually(lambda: installation.processes()["front"]["state"] == "ready")
    interrupt(command)
    output, _ = command.communicate(timeout=60)
    assert "store | " in output
    assert installation.order()[3:] == ["end front", "end store"]


def test_reset_removes_everything(installation: Any) -> None:
    installation.run("up")
    code, _ = installation.run("reset", "--yes")
    assert code == 0
    assert not installation.home.exists()


def test_reset_without_an_answer_removes_nothing(installation: Any) -> None:
    installation.run("up")
    assert installation.run("reset")[0] != 0
    assert installation.processes()["front"]["state"] == "ready"


def test_logs_of_an_unknown_process_are_refused_with_the_known_ones(installation: Any) -> None:
    installation.run("up")
    code, output = installation.run("logs", "nobody")
    assert code == 1
    assert "front, seed, store" in output


def test_logs_follow(
    installation: Any, interrupt: Callable[[Popen[str]], None], eventually: Any
) -> None:
    installation.run("up")
    command = installation.start("logs", "front")
    assert command.stdout is not None
    assert "asked /readyz" in command.stdout.readline()
    interrupt(command)
    command.communicate(timeout=30)


def test_what_is_written_is_private(installation: Any) -> None:
    installation.run("up")
    private = ["secrets.json", "run.json", "logs", "order"]
    modes = {name: (installation.home / name).stat().st_mode & 0o077 for name in private}
    assert modes == dict.fromkeys(private, 0)


def test_a_wrong_setting_is_named(installation: Any) -> None:
    installation.variables["LWA_CLIENT_ID"] = "amzn1.application-oa2-client.x"
    code, output = installation.run("up")
    assert code == 2
    assert "LWA_CLIENT_SECRET belong together" in output
