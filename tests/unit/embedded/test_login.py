"""What `make up` and `make status` say about signing in."""

import asyncio
import json
from pathlib import Path

import pytest
from embedded import cli
from embedded.secret_file import load_secrets
from embedded.settings import Settings
from embedded.status import login_text

URL = "http://127.0.0.1:8400"


def status(home: Path, provider: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    load_secrets(home)
    settings = Settings(_env_file=None, leadline_home=home, identity_provider=provider)  # pyright: ignore[reportCallIssue]
    asyncio.run(cli.status(settings, as_json=True))
    return json.loads(capsys.readouterr().out)["login"]


def test_the_first_owner_is_told_their_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = load_secrets(tmp_path).owner_password
    login = status(tmp_path, "builtin", capsys)
    assert login["password"] == password
    assert password in login_text(URL, login, "")


def test_where_clerk_keeps_the_accounts_no_password_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = status(tmp_path, "clerk", capsys)
    assert login == {}
    told = login_text(URL, login, "")
    assert "with Clerk" in told
    assert "password" not in told
