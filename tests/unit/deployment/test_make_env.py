"""deploy/docker/make_env.py: secrets for docker compose, made once."""

import json
import stat
import subprocess
import sys
from pathlib import Path

from embedded.settings import SERVICES
from infra.deployments import ROOT
from shared.internal_tokens import Actor, TokenSigner, TokenVerifier

PROGRAM = str(ROOT / "deploy" / "docker" / "make_env.py")


def make(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, PROGRAM, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    assert make(str(tmp_path / ".env")).returncode == 0
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    there = tmp_path / ".env"
    there.write_text("TOKEN_ENCRYPTION_KEYS=k1:old\n")
    done = make(str(there))
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert there.read_text() == "TOKEN_ENCRYPTION_KEYS=k1:old\n"


def test_without_a_name_it_is_printed() -> None:
    assert "\nSESSION_PEPPER=" in make().stdout


def test_what_one_service_signs_the_others_verify(compose_variables: dict[str, str]) -> None:
    public = json.loads(compose_variables["INTERNAL_PUBLIC_KEYS"])
    assert set(public) == set(SERVICES)
    for service in SERVICES:
        key = compose_variables[f"INTERNAL_SIGNING_KEY_{service.upper().replace('-', '_')}"]
        token = TokenSigner(service, key).sign(Actor.service(service), "auth")
        assert TokenVerifier("auth", public).verify(token).subject == service
