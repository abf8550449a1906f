"""A stored file on its way out: whole or a part of it, so that a download can go on where it broke."""

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from shared.objects import ObjectStore

from .domain import Stored, byte_range
from .streams import resume
from .writing import MEDIA_TYPES


async def served(objects: ObjectStore, request: Request, stored: Stored) -> Response:
    """200 with everything or 206 with the asked range (`If-Range` honoured); raises
    RangeNotSatisfiable, ObjectMissing."""
    tag = f'"{stored.sha256}"'
    asked = request.headers.get("range")
    if request.headers.get("if-range", tag) != tag:
        asked = None
    found = byte_range(asked, stored.byte_count)
    start, end = found or (0, stored.byte_count)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{stored.file_name}"',
        "Content-Length": str(end - start),
        "ETag": tag,
    }
    if found:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.byte_count}"
    pieces = objects.stream(stored.uri, start, end)
    first = await anext(pieces, b"")
    return StreamingResponse(
        resume(first, pieces),
        206 if found else 200,
        headers=headers,
        media_type=MEDIA_TYPES[stored.format],
    )
