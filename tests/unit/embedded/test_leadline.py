"""`leadline`: which service's command becomes of the words, and in which environment."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from embedded import cli, leadline
from embedded.secret_file import load_secrets
from embedded.settings import SERVICES


@pytest.mark.parametrize(
    ("words", "service", "rest"),
    [
        ("keys rotate --batch 5", "token-refresher", "keys rotate --batch 5"),
        ("token-refresher keys status", "token-refresher", "keys status"),
        ("auth members add", "auth", "members add"),
        ("parked list reporting", "gateway", "parked list reporting"),
    ],
)
def test_a_noun_belongs_to_one_service(words: str, service: str, rest: str) -> None:
    assert leadline.service_of(words.split()) == (service, rest.split())


def test_what_is_no_noun_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert leadline.main(["kyes", "rotate"]) == 2
    told = capsys.readouterr().err
    assert "kyes" in told
    assert "keys" in told
    assert leadline.main([]) == 2
    assert leadline.main(["--help"]) == 0


def test_where_nothing_is_installed_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path / "nowhere"))
    assert leadline.main(["keys", "status"]) == 1
    assert "make up" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_a_command_gets_its_services_settings_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_HOME", str(tmp_path))
    load_secrets(tmp_path)
    become: list[tuple[Any, ...]] = []
    monkeypatch.setattr(cli.os, "execve", lambda *arguments: become.append(arguments))
    leadline.main(["keys", "rotate"])
    leadline.main(["auth", "members", "add"])
    (_, keys, of_keys), (_, auth, of_auth) = become
    assert keys[1:] == ["-m", "token_refresher.cli", "keys", "rotate"]
    assert auth[1:] == ["-m", "auth.cli", "members", "add"]
    assert "TOKEN_ENCRYPTION_KEYS" in of_keys
    assert "TOKEN_ENCRYPTION_KEYS" not in of_auth


def test_the_nouns_name_services_that_have_commands() -> None:
    assert set(leadline.NOUNS.values()) <= leadline.MODULES.keys() <= set(SERVICES)
    for module in leadline.MODULES.values():
        assert importlib.util.find_spec(module)
