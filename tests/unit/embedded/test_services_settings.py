"""What the embedded mode gives each process is what that process reads."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from embedded.environment import Environment
from embedded.secret_file import load_secrets
from embedded.settings import SERVICES, Settings
from pydantic_settings import BaseSettings

READ_BY_LIBRARIES = {"OTEL_EXPORTER_OTLP_ENDPOINT"}


def environment(home: Path, **given: Any) -> Environment:
    settings = Settings(_env_file=None, leadline_home=home, **given)  # pyright: ignore[reportCallIssue]
    return Environment(settings, load_secrets(home))


def settings_class(name: str) -> type[BaseSettings]:
    return importlib.import_module(f"{name.replace('-', '_')}.settings").Settings


def given_to(name: str, home: Path) -> dict[str, str]:
    built = environment(home)
    return built.sandbox() if name == "sandbox" else built.service(name)


@pytest.mark.parametrize("name", [*SERVICES, "sandbox"])
def test_every_variable_given_is_read(name: str, tmp_path: Path) -> None:
    fields = {field.upper() for field in settings_class(name).model_fields}
    assert set(given_to(name, tmp_path)) - READ_BY_LIBRARIES <= fields


@pytest.mark.parametrize("name", [*SERVICES, "sandbox"])
def test_every_process_accepts_what_it_is_given(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in given_to(name, tmp_path).items():
        monkeypatch.setenv(variable, value)
    settings_class(name)()


@pytest.mark.parametrize("name", ["auth", "gateway", "sandbox"])
def test_clerk_alone_is_played_by_the_sandbox(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = environment(tmp_path, identity_provider="clerk")
    given = built.sandbox() if name == "sandbox" else built.service(name)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings_class(name)()
    assert built.service("auth")["CLERK_FRONTEND_API_URL"] == "http://127.0.0.1:8406/clerk"
    secret = built.sandbox()["SANDBOX_CLERK_WEBHOOK_SECRET"]
    assert secret == built.service("auth")["CLERK_WEBHOOK_SECRET"] != ""


def test_an_instance_of_ones_own_leaves_the_sandbox_out_of_it(tmp_path: Path) -> None:
    built = environment(
        tmp_path,
        identity_provider="clerk",
        clerk_frontend_api_url="https://clerk.contoso.example",
        clerk_publishable_key="pk_live_x",
        clerk_webhook_secret="whsec_x",
    )
    url = "https://clerk.contoso.example"
    assert built.service("auth")["CLERK_FRONTEND_API_URL"] == url
    assert built.service("gateway")["CLERK_FRONTEND_API_URL"] == url
    assert "SANDBOX_CLERK_WEBHOOK_URL" not in built.sandbox()
    assert "CLERK_WEBHOOK_SECRET" not in built.service("gateway")
