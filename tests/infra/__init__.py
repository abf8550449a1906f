"""Where tests get Postgres, Valkey and Kafka from: two backends behind one seam.

TEST_INFRA=embedded (default) starts the parts of deploy/embedded; TEST_INFRA=containers starts the
images that docker-compose.yml names, through testcontainers.
"""

import os

from infra.seam import Infra


def open_infra() -> Infra:
    """The backend TEST_INFRA names. Parts start when they are first asked for."""
    kind = os.environ.get("TEST_INFRA", "embedded")
    if kind == "embedded":
        from infra.embedded_parts import EmbeddedInfra  # noqa: PLC0415

        return EmbeddedInfra()
    if kind == "containers":
        from infra.containers import ContainersInfra  # noqa: PLC0415

        return ContainersInfra()
    raise ValueError(f"TEST_INFRA={kind}: embedded or containers")


__all__ = ["Infra", "open_infra"]
