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
