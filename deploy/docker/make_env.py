"""Make the secrets of a docker compose installation: `make_env.py deploy/docker/.env`.

Without an argument they are printed, so that an image can run it where no Python is at hand:
`docker run --rm -i leadline/auth python - < deploy/docker/make_env.py`. A file that is there is
never written over: without TOKEN_ENCRYPTION_KEYS the stored grants could not be read again.
"""

import base64
import json
import os
import secrets
import sys

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SERVICES = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting", "gateway")
HEADER = "# Made by deploy/docker/make_env.py. Keep it with the backups of the data.\n"


def main() -> None:
    text = HEADER + "".join(f"{name}={value}\n" for name, value in variables().items())
    if len(sys.argv) == 1:
        sys.stdout.write(text)
        return
    try:
        file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        sys.exit(f"{sys.argv[1]} is there already; its secrets belong to your data")
    with os.fdopen(file, "w") as written:
        written.write(text)


def variables() -> dict[str, str]:
    """Everything docker-compose.yml cannot do without; the sandbox plays Amazon and the mail server."""
    keys = {service: Ed25519PrivateKey.generate() for service in SERVICES}
    public = {name: _text(key.public_key().public_bytes_raw()) for name, key in keys.items()}
    return {
        "COMPOSE_PROFILES": "sandbox",
        "AMAZON_BASE_URL": "http://sandbox.localhost:8406",
        "SMTP_URL": "smtp://sandbox.localhost:8407?tls=none",
        "CLERK_WEBHOOK_SECRET": "",
        "LWA_CLIENT_ID": "amzn1.application-oa2-client.leadline-sandbox",
        "LWA_CLIENT_SECRET": secrets.token_urlsafe(24),
        "FIRST_OWNER_PASSWORD": "-".join(secrets.token_hex(3) for _ in range(3)),
        "SESSION_PEPPER": secrets.token_urlsafe(32),
        "TOKEN_ENCRYPTION_KEYS": f"k1:{Fernet.generate_key().decode()}",
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "VALKEY_PASSWORD": secrets.token_urlsafe(24),
        "GRAFANA_ADMIN_PASSWORD": secrets.token_urlsafe(24),
        **{f"DATABASE_PASSWORD_{_upper(name)}": secrets.token_urlsafe(24) for name in SERVICES},
        **{
            f"INTERNAL_SIGNING_KEY_{_upper(name)}": _text(key.private_bytes_raw())
            for name, key in keys.items()
        },
        "INTERNAL_PUBLIC_KEYS": f"'{json.dumps(public)}'",
    }


def _upper(service: str) -> str:
    return service.upper().replace("-", "_")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


if __name__ == "__main__":
    main()
