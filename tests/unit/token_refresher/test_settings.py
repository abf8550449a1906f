from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError
from shared.internal_tokens import generate_keypair
from shared.settings import ServiceSettings
from token_refresher.settings import Settings

KEY = Fernet.generate_key().decode()
README = Path(__file__).parents[3] / "services" / "token-refresher" / "README.md"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    private, public = generate_keypair()
    values = {
        "SERVICE_PORT": "8742",
        "DATABASE_URL": "postgresql://token_refresher:pw@127.0.0.1:1/leadline",
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "OBJECT_STORE_URL": "file:///tmp/objects",
        "PUBLIC_URL": "http://127.0.0.1:8400",
        "INTERNAL_SIGNING_KEY": private,
        "INTERNAL_PUBLIC_KEYS": f'{{"token-refresher": "{public}"}}',
        "LWA_CLIENT_ID": "amzn1.application-oa2-client.x",
        "LWA_CLIENT_SECRET": "hush",
        "TOKEN_ENCRYPTION_KEYS": f"k1:{KEY}",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


def test_a_complete_environment_is_read(environment: dict[str, str]) -> None:
    settings = Settings()  # pyright: ignore[reportCallIssue]
    assert settings.lwa_client_id == environment["LWA_CLIENT_ID"]
    assert KEY not in repr(settings)
    assert "hush" not in repr(settings)


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("name", ["TOKEN_ENCRYPTION_KEYS", "LWA_CLIENT_SECRET", "LWA_CLIENT_ID"])
@pytest.mark.parametrize("value", [None, ""])
def test_it_does_not_start_without_its_keys(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()  # pyright: ignore[reportCallIssue]


def test_the_process_says_which_key_is_wrong_and_quotes_nothing(
    environment: dict[str, str],
) -> None:
    broken = {**os.environ, **environment, "TOKEN_ENCRYPTION_KEYS": "k1:not-a-key-but-secret"}
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, "-m", "token_refresher"],
        env=broken,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 78
    assert "TOKEN_ENCRYPTION_KEYS" in done.stderr
    assert "not-a-key-but-secret" not in done.stderr + done.stdout


def test_the_readme_lists_exactly_the_services_own_settings() -> None:
    section = README.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `([A-Z0-9_]+)`", section, re.MULTILINE))
    own = set(Settings.model_fields) - set(ServiceSettings.model_fields)
    assert listed == {name.upper() for name in own}
