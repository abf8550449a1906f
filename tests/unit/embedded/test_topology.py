"""The page of processes: order, what is left out, and who is given which secret."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from embedded.environment import Environment
from embedded.launch import Launch
from embedded.secret_file import Secrets, SecretsMissingError, load_secrets
from embedded.settings import SERVICES, Settings
from embedded.topology import Process, topology


def install(home: Path, **given: Any) -> tuple[Settings, Secrets]:
    settings = Settings(_env_file=None, leadline_home=home, **given)  # pyright: ignore[reportCallIssue]
    return settings, load_secrets(home)


def names(processes: list[Process]) -> list[str]:
    return [process.name for process in processes]


def test_each_process_comes_after_all_it_waits_for(tmp_path: Path) -> None:
    seen: set[str] = set()
    for process in topology(*install(tmp_path)):
        assert set(process.after) <= seen
        seen.add(process.name)


def test_default_is_three_servers_one_task_sandbox_and_six_services(tmp_path: Path) -> None:
    assert sorted(names(topology(*install(tmp_path)))) == sorted(
        ["postgres", "valkey", "kafka", "provision", "sandbox", *SERVICES]
    )


def test_no_port_is_used_twice(tmp_path: Path) -> None:
    ports = [port for process in topology(*install(tmp_path)) for port in process.ports]
    assert len(ports) == len(set(ports))


def test_external_parts_are_left_out_and_waited_for_by_none(tmp_path: Path) -> None:
    processes = topology(
        *install(
            tmp_path,
            database_url_admin="postgresql://admin:pw@db.example:5432/postgres?sslmode=require",
            kafka_bootstrap_servers="kafka.example:9093",
            redis_url="redis://cache.example/0",
            lwa_client_id="id",
            lwa_client_secret="secret",
        )
    )
    assert sorted(names(processes)) == sorted(["provision", *SERVICES])
    assert {name for process in processes for name in process.after} <= set(names(processes))


def test_external_database_keeps_its_address_and_options(tmp_path: Path) -> None:
    url = "postgresql://admin:pw@db.example:5432/postgres?sslmode=require"
    settings, secrets = install(tmp_path, database_url_admin=url)
    got = Environment(settings, secrets).database_url("token-refresher")
    password = secrets.service_passwords["token-refresher"]
    assert got == (
        f"postgresql://token_refresher:{password}@db.example:5432/leadline?sslmode=require"
    )


def test_external_kafka_settings_reach_every_service(tmp_path: Path) -> None:
    kafka = {"kafka_bootstrap_servers": "k:9093", "kafka_security_protocol": "SASL_SSL"}
    environment = Environment(*install(tmp_path, **kafka))
    for name in SERVICES:
        env = environment.service(name)
        assert env["KAFKA_BOOTSTRAP_SERVERS"] == "k:9093"
        assert env["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"


def own_secrets(secrets: Secrets, service: str) -> set[str]:
    """What this service alone may hold."""
    own = {secrets.signing_keys[service], secrets.service_passwords[service]}
    extra = {
        "auth": {secrets.session_pepper, secrets.owner_password, secrets.sandbox_client_secret},
        "token-refresher": {secrets.token_encryption_keys, secrets.sandbox_client_secret},
        "sandbox": {secrets.sandbox_client_secret},
    }
    return own | extra.get(service, set())


def all_secrets(secrets: Secrets) -> set[str]:
    return {
        secrets.postgres_password, secrets.control_token, secrets.session_pepper,
        secrets.owner_password, secrets.sandbox_client_secret, secrets.token_encryption_keys,
        *secrets.signing_keys.values(), *secrets.service_passwords.values(),
    }  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_given_a_secret_of_another(tmp_path: Path, service: str) -> None:
    settings, secrets = install(tmp_path)
    seen = json.dumps(Environment(settings, secrets).service(service))
    for foreign in all_secrets(secrets) - own_secrets(secrets, service):
        assert foreign not in seen


def test_the_sandbox_is_given_no_secret_but_its_client(tmp_path: Path) -> None:
    settings, secrets = install(tmp_path)
    seen = json.dumps(Environment(settings, secrets).sandbox())
    for foreign in all_secrets(secrets) - {secrets.sandbox_client_secret}:
        assert foreign not in seen


def test_only_token_refresher_is_given_the_encryption_keys(tmp_path: Path) -> None:
    environment = Environment(*install(tmp_path))
    holders = [name for name in SERVICES if "TOKEN_ENCRYPTION_KEYS" in environment.service(name)]
    assert holders == ["token-refresher"]


def test_object_store_credentials_go_to_those_who_store(tmp_path: Path) -> None:
    environment = Environment(*install(tmp_path, aws_secret_access_key="very-secret"))
    holders = {name for name in SERVICES if "very-secret" in environment.service(name).values()}
    assert holders == {"dsp-ingest", "reporting"}


async def test_no_secret_stands_on_a_command_line(tmp_path: Path) -> None:
    settings, secrets = install(tmp_path)
    for process in topology(settings, secrets):
        if process.kind != "infrastructure":
            launch: Launch = await process.launch()
            assert not all_secrets(secrets) & set(launch.argv)


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    a, b = load_secrets(tmp_path / "a"), load_secrets(tmp_path / "b")
    assert not all_secrets(a) & all_secrets(b)


def test_new_secrets_are_refused_over_old_data(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(SecretsMissingError, match="make reset"):
        load_secrets(tmp_path)


def test_letters_go_to_the_sandboxs_mailbox_unless_there_is_a_server(tmp_path: Path) -> None:
    settings, secrets = install(tmp_path)
    auth = Environment(settings, secrets).service("auth")
    assert auth["SMTP_URL"] == f"smtp://127.0.0.1:{settings.port('smtp')}"
    assert auth["SIGN_UP"] == "open"
    assert settings.mailbox_url.endswith("/_sandbox/mailbox")
    own = {"smtp_url": "smtps://u:p@mail.example", "mail_from": "l@example.com"}
    settings, secrets = install(tmp_path, **own)
    auth = Environment(settings, secrets).service("auth")
    assert auth["SMTP_URL"] == "smtps://u:p@mail.example"
    assert "SIGN_UP" not in auth
    assert settings.mailbox_url == ""


def test_beside_the_real_amazon_no_letter_goes_to_a_sandbox(tmp_path: Path) -> None:
    real = {"lwa_client_id": "id", "lwa_client_secret": "secret"}
    settings, secrets = install(tmp_path, **real)
    assert not {"SMTP_URL", "SIGN_UP"} & set(Environment(settings, secrets).service("auth"))
