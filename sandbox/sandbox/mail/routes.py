"""GET /_sandbox/mail (JSON) and GET /_sandbox/mailbox (for people)."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from sandbox.control.routes import from_this_machine
from sandbox.deps import Deps
from sandbox.envelopes import json_response

from .pages import mailbox_page

router = APIRouter(prefix="/_sandbox", dependencies=[Depends(from_this_machine)])


@router.get("/mail")
def get_mail(deps: Deps, to: str = "") -> Response:
    return json_response({"items": deps.mailbox.letters(to)}, cache_control="no-store")


@router.get("/mailbox")
def show_mailbox(deps: Deps, to: str = "") -> Response:
    return mailbox_page(deps.mailbox.letters(to), to)
