"""`python -m sandbox`: serves the sandbox on BIND_HOST:SANDBOX_PORT."""

import uvicorn

from .faults.protocol import ClosableProtocol
from .main import create_app
from .settings import Settings


def main() -> None:
    settings = Settings()  # pyright: ignore[reportCallIssue] - filled from the environment
    uvicorn.run(
        create_app(settings),
        host=settings.bind_host,
        port=settings.sandbox_port,
        http=ClosableProtocol,
        access_log=False,  # query strings carry codes and signatures; see the journal instead
        log_level="info",
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
