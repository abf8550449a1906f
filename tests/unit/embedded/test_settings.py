"""What a person may set, and what it leaves out."""

import re
from typing import Any

import pytest
from embedded.settings import ROOT, SERVICES, Settings
from pydantic import ValidationError


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # pyright: ignore[reportCallIssue]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_everything_is_embedded_by_default() -> None:
    default = settings()
    assert default.embeds_postgres
    assert default.embeds_sandbox
    assert default.provisions
    assert default.url == "http://127.0.0.1:8400"


def test_ports_follow_the_base_without_overlap() -> None:
    names = [*SERVICES, "sandbox", "postgres", "valkey", "kafka", "kafka-controller", "supervisor"]
    ports = [settings(port_base=9000).port(name) for name in names]
    assert len(set(ports)) == len(names)
    assert min(ports) == 9000
    assert max(ports) == 9014


def test_real_credentials_leave_the_sandbox_out() -> None:
    assert not settings(lwa_client_id="id", lwa_client_secret="s").embeds_sandbox


def test_half_a_client_is_refused() -> None:
    with pytest.raises(ValidationError, match="belong together"):
        settings(lwa_client_id="id")


def test_one_service_url_without_the_others_is_refused() -> None:
    with pytest.raises(ValidationError, match="no database URL for token-refresher"):
        settings(database_url_auth="postgresql://a@h/d")


def test_all_service_urls_need_no_provisioning() -> None:
    urls = {f"database_url_{name.replace('-', '_')}": "postgresql://a@h/d" for name in SERVICES}
    given = settings(**urls)
    assert not given.embeds_postgres
    assert not given.provisions


def test_a_setting_of_one_process_can_be_overridden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERRIDE__DSP_INGEST__POLL_SECONDS", "0.1")
    assert settings().overrides("dsp-ingest") == {"POLL_SECONDS": "0.1"}
    assert settings().overrides("auth") == {}


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT_BASE", "")
    assert settings().port_base == 8400


def test_the_example_file_names_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields} - {"OVERRIDE"}
