"""GET /_download/{id}: the object store behind the presigned URL."""

import hashlib
import hmac
import uuid
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.classic.files import classic_file
from sandbox.deps import Deps, SandboxDeps
from sandbox.unified.files import part_file

from .routes import build_file

router = APIRouter()

_TWO_AUTHS = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
    "string parameter or the Authorization header should be specified"
)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method."
)


@router.get("/_download/{report_id}")
def download(request: Request, report_id: str, deps: Deps) -> Response:
    if "authorization" in request.headers:
        return _refuse(400, "InvalidArgument", _TWO_AUTHS)
    expires = request.query_params.get("expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        return _refuse(403, "AccessDenied", "Access Denied")
    given = request.query_params.get("sig", "").encode()
    expected = deps.reports.signature(report_id, int(expires)).encode()
    if not hmac.compare_digest(given, expected):
        return _refuse(403, "SignatureDoesNotMatch", _MISMATCH)
    if deps.clock.now().timestamp() > int(expires):
        return _refuse(403, "AccessDenied", "Request has expired")
    content = _content(deps, report_id)
    if content is None:
        return _refuse(404, "NoSuchKey", "The specified key does not exist.")
    tag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Response(content, media_type="application/octet-stream", headers={"ETag": f'"{tag}"'})


def _content(deps: SandboxDeps, name: str) -> bytes | None:
    """The object of this name, from whichever family of reports made it."""
    report = deps.reports.find(name)
    if report:
        return build_file(report, deps)
    found = part_file(deps, name)
    return classic_file(deps, name) if found is None else found


def _refuse(status: int, code: str, message: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId></Error>"
    )
    return Response(body, status, media_type="application/xml")
