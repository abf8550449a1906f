"""What a backend offers."""

from typing import Protocol


class Infra(Protocol):
    """Three servers for one test session."""

    def postgres_url(self) -> str:
        """Admin URL; the server is started on the first call."""
        ...

    def redis_url(self) -> str: ...

    def kafka_bootstrap(self) -> str: ...

    def close(self) -> None:
        """Stop what was started."""
        ...
