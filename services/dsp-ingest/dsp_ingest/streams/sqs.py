"""A queue of Amazon SQS: take messages, give back what was dealt with. AWS JSON protocol, signed.

Credentials are found as in every AWS program: AWS_* in the environment, a profile, the role of the
container or machine. botocore looks for them and signs; httpx sends.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final, cast

import httpx

from .domain import Queue

BATCH: Final = 10
"""The most messages one call takes or gives back."""
_MEDIA: Final = "application/x-amz-json-1.0"
_TIMEOUT: Final = httpx.Timeout(35.0, connect=10.0)
_botocore: Any = import_module("botocore.session")
_auth: Any = import_module("botocore.auth")
_request: Any = import_module("botocore.awsrequest")


class QueueError(Exception):
    """The queue refused or did not answer; `code` is AWS' word for it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """A message in flight: it comes back unless it is deleted by its `receipt`."""

    message_id: str
    receipt: str
    body: str
    sent_at: datetime


class SignedAuth(httpx.Auth):
    """Signature Version 4 for SQS."""

    requires_request_body = True

    def __init__(self) -> None:
        self._session: Any = _botocore.Session()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Looking for credentials may ask the machine's metadata, hence the thread."""
        signed = await asyncio.to_thread(self._sign, request)
        request.headers.update(signed)
        yield request

    def _sign(self, request: httpx.Request) -> dict[str, str]:
        found: Any = self._session.get_credentials()
        if found is None:
            raise QueueError("no_credentials", "AWS credentials were not found")
        headers = {name: request.headers[name] for name in ("content-type", "host", "x-amz-target")}
        prepared: Any = _request.AWSRequest(
            method=request.method, url=str(request.url), data=request.content, headers=headers
        )
        region = cast("str", request.extensions["aws_region"])
        _auth.SigV4Auth(found.get_frozen_credentials(), "sqs", region).add_auth(prepared)
        return {name: value for name, value in prepared.headers.items() if name not in headers}


class Sqs:
    """Calls queues. A resource."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._auth = SignedAuth()

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self.http.aclose()

    async def receive(self, queue: Queue, wait_seconds: int, hidden_seconds: int) -> list[Message]:
        """Up to BATCH messages, out of others' sight for `hidden_seconds`; waits for the first."""
        fields = {
            "MaxNumberOfMessages": BATCH,
            "WaitTimeSeconds": wait_seconds,
            "VisibilityTimeout": hidden_seconds,
            "MessageSystemAttributeNames": ["SentTimestamp"],
        }
        answer = await self._ask("ReceiveMessage", queue, fields)
        return [_message(raw) for raw in answer.get("Messages") or []]

    async def delete(self, queue: Queue, messages: Sequence[Message]) -> None:
        """These are dealt with. One that could not be deleted comes again, which does no harm."""
        for start in range(0, len(messages), BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt}
                for number, message in enumerate(messages[start : start + BATCH])
            ]
            await self._ask("DeleteMessageBatch", queue, {"Entries": entries})

    async def _ask(self, action: str, queue: Queue, fields: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"QueueUrl": queue.url, **fields}).encode()
        headers = {"Content-Type": _MEDIA, "X-Amz-Target": f"AmazonSQS.{action}"}
        try:
            response = await self.http.request(
                "POST",
                queue.endpoint,
                content=body,
                headers=headers,
                auth=self._auth,
                timeout=_TIMEOUT,
                extensions={"aws_region": queue.aws_region},
            )
        except httpx.RequestError as error:
            raise QueueError("no_answer", type(error).__name__) from None
        return _answer(response)


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        found: object = json.loads(response.content or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise QueueError("unreadable", f"status {response.status_code}")
    answer = cast("dict[str, Any]", found)
    if response.status_code != 200:
        code = str(answer.get("__type", response.status_code)).rpartition("#")[2]
        raise QueueError(code, str(answer.get("message", ""))[:200])
    return answer


def _message(raw: dict[str, Any]) -> Message:
    sent = int(raw.get("Attributes", {}).get("SentTimestamp", 0))
    sent_at = datetime.fromtimestamp(sent / 1000, UTC)
    return Message(raw["MessageId"], raw["ReceiptHandle"], raw["Body"], sent_at)
