"""The two protocols of SQS (AWS JSON 1.0 and query with XML), and SNS' confirmation, over HTTP."""

import asyncio
import time
import uuid
from collections import defaultdict
from typing import Any, cast
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from sandbox.deps import Deps
from sandbox.entities.asking import RawBody

from .sqs import ACTIONS, Answer, Call, SqsError

router = APIRouter()

JSON_MEDIA = "application/x-amz-json-1.0"
_SPACE = "http://queue.amazonaws.com/doc/2012-11-05/"
_SNS_SPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
_LOOK_AGAIN_SECONDS = 0.1
MOST_WAIT = 20


@router.post("/sqs/{aws_region}")
@router.post("/sqs/{aws_region}/")
@router.post("/sqs/{aws_region}/{account}/{queue}")
async def ask_sqs(
    request: Request, body: RawBody, deps: Deps, aws_region: str, account: str = "", queue: str = ""
) -> Response:
    """One action. With the query protocol the queue may be the path, as AWS does it."""
    base = f"{request.url.scheme}://{request.url.netloc}/sqs/{aws_region}"
    as_json = "x-amz-target" in request.headers
    try:
        _check_signature(request)
        action, fields = _json_call(request, body) if as_json else _query_call(body)
        if account:
            fields.setdefault("QueueUrl", f"{base}/{account}/{queue}")
        answer = await _answer(action, Call(deps, base, aws_region, fields))
    except SqsError as error:
        return _json_error(error) if as_json else _xml_error(error)
    return _json_answer(answer) if as_json else _xml_answer(action, answer)


@router.get("/sns/{aws_region}/")
@router.post("/sns/{aws_region}/")
def ask_sns(request: Request, body: RawBody, deps: Deps, aws_region: str) -> Response:
    """ConfirmSubscription: what SubscribeURL asks, and what AWS' SDKs post."""
    fields = dict(parse_qsl(body.decode("utf-8", "replace"))) | dict(request.query_params)
    if fields.get("Action") != "ConfirmSubscription":
        return _xml_error(SqsError("InvalidAction", "The action is not valid for this endpoint."))
    topic = fields.get("TopicArn", "")
    found = deps.streams.subscriptions.confirm(topic, fields.get("Token", ""))
    if not found or f":sns:{aws_region}:" not in topic:
        return _xml_error(SqsError("InvalidParameter", "Invalid parameter: Token"))
    inner = f"<SubscriptionArn>{escape(topic)}:{uuid.uuid5(uuid.NAMESPACE_URL, topic)}</SubscriptionArn>"
    return _xml("ConfirmSubscription", inner, _SNS_SPACE)


async def _answer(action: str, call: Call) -> Answer:
    """ReceiveMessage waits as long as it was told to, in real time, while there is nothing."""
    perform = ACTIONS.get(action)
    if perform is None:
        raise SqsError("InvalidAction", f"The action {action[:60]} is not valid for this endpoint.")
    until = time.monotonic() + (call.number("WaitTimeSeconds", 0, 0, MOST_WAIT) or 0)
    answer = await run_in_threadpool(perform, call)
    while action == "ReceiveMessage" and not answer and time.monotonic() < until:
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        answer = await run_in_threadpool(perform, call)
    return answer


def _check_signature(request: Request) -> None:
    """It must look like Signature Version 4; whether it is right is not looked at."""
    given = request.headers.get("authorization", "")
    parts = ("Credential=", "SignedHeaders=", "Signature=")
    if not given.startswith("AWS4-HMAC-SHA256 ") or not all(part in given for part in parts):
        text = "Request is missing Authentication Token"
        raise SqsError("MissingAuthenticationToken", text, 403)


def _json_call(request: Request, body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        fields: object = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise SqsError("SerializationException", "The body is not JSON.") from error
    if not isinstance(fields, dict):
        raise SqsError("SerializationException", "The body must be an object.")
    action = request.headers["x-amz-target"].removeprefix("AmazonSQS.")
    return action, cast("dict[str, Any]", fields)


def _query_call(body: bytes) -> tuple[str, dict[str, Any]]:
    """`AttributeName.1=All` and `DeleteMessageBatchRequestEntry.1.Id=…` become lists."""
    fields: dict[str, Any] = {}
    lists: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        head, _, rest = name.partition(".")
        place, _, member = rest.partition(".")
        if not rest:
            fields[name] = value
        elif member:
            lists[head].setdefault(place, {})[member] = value
        else:
            lists[head][place] = value
    names = {
        "DeleteMessageBatchRequestEntry": "Entries",
        "AttributeName": "AttributeNames",
        "MessageSystemAttributeName": "MessageSystemAttributeNames",
    }
    fields |= {names.get(head, head): list(items.values()) for head, items in lists.items()}
    return str(fields.pop("Action", "")), fields


def _json_answer(answer: Answer) -> Response:
    return Response(orjson.dumps(answer), media_type=JSON_MEDIA)


def _json_error(error: SqsError) -> Response:
    body = {"__type": f"com.amazonaws.sqs#{error.code}", "message": error.text}
    headers = {"x-amzn-query-error": f"{error.old_code};Sender"}
    return Response(orjson.dumps(body), error.status, media_type=JSON_MEDIA, headers=headers)


def _xml_error(error: SqsError) -> Response:
    inner = (
        f"<Type>Sender</Type><Code>{error.old_code}</Code><Message>{escape(error.text)}</Message>"
    )
    body = f'<?xml version="1.0"?><ErrorResponse xmlns="{_SPACE}"><Error>{inner}</Error>'
    body += f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    return Response(body, error.status, media_type="text/xml")


def _xml_answer(action: str, answer: Answer) -> Response:
    return _xml(action, "".join(_element(name, value) for name, value in answer.items()), _SPACE)


def _xml(action: str, inner: str, space: str) -> Response:
    result = f"<{action}Result>{inner}</{action}Result>" if inner else ""
    body = f'<?xml version="1.0"?><{action}Response xmlns="{space}">{result}'
    body += f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    return Response(body, media_type="text/xml")


_ELEMENTS = {
    "Messages": "Message", "QueueUrls": "QueueUrl", "Successful": "DeleteMessageBatchResultEntry",
    "Failed": "BatchResultErrorEntry",
}  # fmt: skip


def _element(name: str, value: Any) -> str:
    """Lists as repeated elements, attributes as pairs of name and value."""
    if isinstance(value, list):
        return "".join(_element(_ELEMENTS[name], item) for item in cast("list[Any]", value))
    if name == "Attributes":
        pairs = cast("dict[str, str]", value).items()
        return "".join(
            f"<Attribute><Name>{key}</Name><Value>{escape(text)}</Value></Attribute>"
            for key, text in pairs
        )
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value).items()
        return f"<{name}>{''.join(_element(*field) for field in fields)}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"
