"""Secrets made once per installation and kept in ``secrets.json``, readable by its owner only."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict

from embedded.settings import SERVICES


class SecretsMissingError(Exception):
    """There is data but no ``secrets.json``: it could never be opened again."""


class Secrets(BaseModel):
    """All of them; no process is given the whole (see ``environment``)."""

    model_config = ConfigDict(frozen=True)

    postgres_password: str
    service_passwords: dict[str, str]
    redis_password: str
    signing_keys: dict[str, str]
    public_keys: dict[str, str]
    token_encryption_keys: str
    session_pepper: str
    owner_password: str
    sandbox_client_secret: str
    control_token: str


def load_secrets(home: Path) -> Secrets:
    """Read them, or make them on the first start. Raises :class:`SecretsMissingError`."""
    path = home / "secrets.json"
    if path.exists():
        return Secrets.model_validate_json(path.read_bytes())
    if (home / "postgres").exists():
        raise SecretsMissingError(
            f"{path} is missing, but {home} holds data made with it. "
            "Put the file back, or start over with: make reset"
        )
    made = _make()
    _write(path, made)
    return made


def _make() -> Secrets:
    keys = {service: Ed25519PrivateKey.generate() for service in SERVICES}
    return Secrets(
        postgres_password=secrets.token_urlsafe(24),
        service_passwords={service: secrets.token_urlsafe(24) for service in SERVICES},
        redis_password=secrets.token_urlsafe(24),
        signing_keys={name: _text(key.private_bytes_raw()) for name, key in keys.items()},
        public_keys={
            name: _text(key.public_key().public_bytes_raw()) for name, key in keys.items()
        },
        token_encryption_keys=f"k1:{Fernet.generate_key().decode()}",
        session_pepper=secrets.token_urlsafe(32),
        owner_password="-".join(secrets.token_hex(3) for _ in range(3)),
        sandbox_client_secret=secrets.token_urlsafe(24),
        control_token=secrets.token_urlsafe(24),
    )


def _write(path: Path, made: Secrets) -> None:
    """Whole or not at all; ``mkstemp`` makes it private from the first byte."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(made.model_dump_json(indent=2))
        file.flush()
        os.fsync(file.fileno())
    Path(unfinished).rename(path)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
