"""/livez, /readyz and /metrics of every service."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from .metrics import render

router = APIRouter(include_in_schema=False)


class Health(BaseModel):
    """`reasons` names what is not well; empty when `status` is ok."""

    status: Literal["ok", "unavailable"]
    reasons: list[str]


@router.get("/livez")
async def livez(request: Request, response: Response) -> Health:
    """200 while the process works; 503 when a background loop hangs (restart it)."""
    return await _ask(request, response, "alive")


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> Health:
    """200 when every resource is ready to serve; 503 with the reasons otherwise."""
    return await _ask(request, response, "ready")


@router.get("/metrics")
async def metrics() -> Response:
    body, content_type = render()
    return Response(body, media_type=content_type)


async def _ask(request: Request, response: Response, question: str) -> Health:
    resources: list[Any] = request.app.state.resources
    answers = [await getattr(r, question)() for r in resources if hasattr(r, question)]
    reasons = [answer for answer in answers if answer]
    response.status_code = 503 if reasons else 200
    return Health(status="unavailable" if reasons else "ok", reasons=reasons)
