"""Logs, jars, ports, the run file and folders for another user."""

import asyncio
import hashlib
import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from embedded import jars, unprivileged
from embedded.control import ControlError, ask, serve_control
from embedded.jars import Jar, JarsError, jar_folder, locked_jars, verify
from embedded.launch import User
from embedded.logs import LogFile, Tail, last_lines
from embedded.ports import PortTakenError, is_free, require_free
from embedded.run_file import AlreadyRunningError, RunFile, Running, is_held, running


def test_a_log_rotates_and_keeps_three_old_ones(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", limit_bytes=10)
    for number in range(6):
        log.write(f"line {number}\n".encode())
    log.close()
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {
        "a.log": "line 5\n", "a.log.1": "line 4\n", "a.log.2": "line 3\n", "a.log.3": "line 2\n",
    }  # fmt: skip


def test_a_tail_follows_through_a_rotation(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", limit_bytes=10)
    log.write(b"before\n")
    tail = Tail(tmp_path / "a.log")
    log.write(b"after 1\n")
    assert tail.new_lines() == ["after 1"]
    tail.close()
    log.close()


def test_last_lines_of_a_missing_log_are_none(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none.log", 5) == []


def test_the_lock_names_45_jars_with_hashes() -> None:
    locked = locked_jars()
    assert len({jar.filename for jar in locked}) == 45
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in locked)


def test_a_jar_with_another_hash_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a-1.jar"
    path.write_bytes(b"tampered")
    with pytest.raises(JarsError, match="the lock says"):
        verify(Jar("g", "a", "1", hashlib.sha256(b"genuine").hexdigest()), path)


def test_jars_are_cached_outside_the_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(jars.CACHE_VARIABLE, str(tmp_path))
    assert jar_folder().parent == tmp_path
    monkeypatch.delenv(jars.CACHE_VARIABLE)
    assert jar_folder().parent == Path.home() / ".cache" / "leadline"


async def test_a_taken_port_is_named_with_who_wants_it_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("embedded.ports._RELEASE_SECONDS", 0)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTakenError) as raised:
            await require_free({port: "postgres"})
    assert f"port {port}, wanted by postgres, is taken by process {os.getpid()}" in str(
        raised.value
    )
    assert "PORT_BASE=" in str(raised.value)
    assert is_free(port)


def test_a_home_has_one_supervisor(tmp_path: Path) -> None:
    assert running(tmp_path) is None
    with RunFile(tmp_path) as file:
        assert is_held(tmp_path)
        assert running(tmp_path) is None  # not to be talked to yet
        file.write(1234)
        assert running(tmp_path) == Running(os.getpid(), 1234)
        with pytest.raises(AlreadyRunningError), RunFile(tmp_path):
            pass
    assert not is_held(tmp_path)


def test_the_content_a_killed_supervisor_left_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 1, "control_port": 9}')
    assert running(tmp_path) is None


async def test_control_refuses_a_wrong_token_and_nonsense(unused_tcp_port: int) -> None:
    async def hello(arguments: object) -> object:
        return ["hello", arguments]

    async with serve_control(unused_tcp_port, "right", {"hello": hello}):
        assert await ask(unused_tcp_port, "right", "hello", to="you") == ["hello", {"to": "you"}]
        with pytest.raises(ControlError, match="wrong token"):
            await ask(unused_tcp_port, "wrong", "hello")
        with pytest.raises(ControlError, match="malformed"):
            await ask(unused_tcp_port, "right", "unknown")
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        writer.write(b"\xff\xfe\n")
        assert b"malformed" in await reader.readline()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def scratch() -> Generator[Path]:
    with unprivileged.scratch_folder() as folder:
        yield folder


@pytest.fixture
def closed_umask() -> Generator[None]:
    """As the supervisor sets it."""
    before = os.umask(0o077)
    yield
    os.umask(before)


STRANGER = User("stranger", 54321, 54321)


def test_a_closed_parent_makes_a_folder_unreachable(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not unprivileged.reachable(inner, STRANGER)
    assert unprivileged.reachable(inner, None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs parts as another user")
def test_data_below_a_closed_folder_lives_elsewhere_and_is_erased_with_it(
    tmp_path: Path, scratch: Path, closed_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    state = scratch / "state"
    monkeypatch.setattr(unprivileged, "_STATE", state)
    folder = tmp_path / "postgres"
    home = unprivileged.own_folder(folder, STRANGER)
    assert home.parent == state
    assert unprivileged.reachable(home, STRANGER)
    assert folder.resolve() == home
    assert home.stat().st_uid == STRANGER.uid
    assert unprivileged.own_folder(folder, STRANGER) == home
    unprivileged.erase(folder)
    assert not home.exists()
    assert not folder.is_symlink()


def test_a_copy_for_another_user_can_be_reached_whatever_the_umask(
    tmp_path: Path, scratch: Path, closed_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unprivileged, "_CACHE", scratch / "cache")
    program = tmp_path / "wheel" / "bin" / "program"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/true")
    program.chmod(0o755)
    copy = unprivileged.reachable_copy({"a/b/program": program}, "wheel-1", STRANGER)
    assert unprivileged.reachable(copy / "a" / "b", STRANGER)
    assert (copy / "a" / "b" / "program").stat().st_mode & 0o001
    assert unprivileged.reachable_copy({}, "wheel-1", STRANGER) == copy
