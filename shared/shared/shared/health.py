"""/livez, /readyz and /metrics of every service."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from .metrics import render

router = APIRouter(include_in_schema=False)


class Health(BaseModel):
    """`reasons` names what is not well; empty when `status` is ok. Requests are served unless unavailable."""

    status: Literal["ok", "degraded", "unavailable"]
    reasons: list[str]


@router.get("/livez")
async def livez(request: Request, response: Response) -> Health:
    """200 while the process works; 503 when a background loop hangs (restart it)."""
    return _answer(response, await _reasons(request, "alive"), [])


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> Health:
    """503 when a resource is away that requests need; 200 lists those they can do without (degraded)."""
    lacking = await _reasons(request, "ready", _required)
    listed = await _reasons(request, "ready", lambda resource: not _required(resource))
    return _answer(response, lacking, listed)


@router.get("/metrics")
async def metrics() -> Response:
    body, content_type = render()
    return Response(body, media_type=content_type)


async def _reasons(
    request: Request, question: str, which: Callable[[Any], bool] = lambda _: True
) -> list[str]:
    resources: list[Any] = request.app.state.resources
    asked = [getattr(r, question) for r in resources if hasattr(r, question) and which(r)]
    answers = [await ask() for ask in asked]
    return [answer for answer in answers if answer]


def _required(resource: Any) -> bool:
    return getattr(resource, "required", True)


def _answer(response: Response, lacking: list[str], listed: list[str]) -> Health:
    response.status_code = 503 if lacking else 200
    if lacking:
        return Health(status="unavailable", reasons=[*lacking, *listed])
    return Health(status="degraded" if listed else "ok", reasons=listed)
