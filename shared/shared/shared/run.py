"""`python -m <service>`: read the settings, say clearly what is missing, serve until told to stop."""

import gc
import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from pydantic import ValidationError
from starlette.types import ASGIApp

from .http_protocol import BoundedHttp
from .settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


def serve(settings_class: Callable[..., S], create_app: Callable[[S], ASGIApp]) -> None:
    """Serve the app on the settings' address. Exits with 78 (EX_CONFIG) when settings are missing."""
    try:
        settings = settings_class()
    except ValidationError as error:
        sys.exit(_explain(error))
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what was loaded stays: full collections need not walk it
    uvicorn.run(
        app,
        host=settings.bind_host,
        port=settings.service_port,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the gateway reads them itself, and only from proxies it trusts
        timeout_graceful_shutdown=10,
        timeout_keep_alive=75,
    )


def _explain(error: ValidationError) -> int:
    for item in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in item["loc"]).upper()
        sys.stderr.write(f"setting {name}: {item['msg']}\n")
    return 78
