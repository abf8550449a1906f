"""What Clerk sends through Svix: signed, in turn, and again until it is taken.

https://docs.svix.com/receiving/verifying-payloads/how-manual. Each attempt is signed anew. Svix repeats
after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h (https://docs.svix.com/retries); here it hurries.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import random
import time
from collections.abc import Sequence
from typing import Any, Literal

import httpx
import orjson

from sandbox.state import State

from .ids import new_id

RETRY_AFTER_SECONDS = (1, 2, 2, 5, 5, 10, 10, 30, 60, 300, 1800, 7200)
TIMEOUT_SECONDS = 15
Order = Literal["sent", "reversed", "shuffled"]
Json = dict[str, Any]
_KIND, _KEY = "clerk", "webhooks"
_log = logging.getLogger(__name__)


class Endpoint:
    """Where webhooks go, and those that have not arrived. Held ones wait for `deliver`."""

    def __init__(self, state: State, http: httpx.AsyncClient, url: str, secret: str) -> None:
        self._state = state
        self._http = http
        self._url, self._secret = url, secret
        self._work = asyncio.Lock()

    @property
    def is_set(self) -> bool:
        return bool(self.describe()["url"])

    def configure(self, *, url: str, secret: str, hold: bool) -> None:
        """Another endpoint; `hold` keeps everything back until told to deliver."""
        self._save(self.describe() | {"url": url, "secret": secret, "hold": hold})

    def describe(self) -> Json:
        """Never with the secret in an answer: see `public`."""
        fresh: Json = {"url": self._url, "secret": self._secret, "hold": False, "waiting": []}
        return self._state.get(_KIND, _KEY) or fresh

    def public(self) -> Json:
        whole = self.describe()
        waiting = [{k: one[k] for k in ("id", "type", "attempts")} for one in whole["waiting"]]
        return {"url": whole["url"], "hold": whole["hold"], "waiting": waiting}

    def tell(self, event: str, data: Json) -> None:
        """Put down to be sent; without an endpoint nobody hears of it, as at Clerk."""
        whole = self.describe()
        if not whole["url"]:
            return
        body = {"data": data, "instance_id": "ins_sandbox", "object": "event",
                "timestamp": int(time.time() * 1000), "type": event}  # fmt: skip
        sent: Json = {"id": new_id("msg"), "type": event, "body": orjson.dumps(body).decode(),
                      "attempts": 0, "due": time.time()}  # fmt: skip
        self._save(whole | {"waiting": [*whole["waiting"], sent]})

    async def tick(self) -> None:
        """Sends what is due, unless it is held."""
        whole = self.describe()
        if not whole["hold"]:
            due = [one for one in whole["waiting"] if one["due"] <= time.time()]
            await self._send_all(due)

    async def deliver(self, order: Order, copies: int, seed: str) -> list[Json]:
        """Sends all that waits now, `copies` times each, in this order; says what was answered."""
        waiting = self.describe()["waiting"] * copies
        if order == "reversed":
            waiting.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(waiting)
        return await self._send_all(waiting)

    async def _send_all(self, waiting: Sequence[Json]) -> list[Json]:
        async with self._work:
            return [await self._send(one) for one in waiting]

    async def _send(self, one: Json) -> Json:
        whole = self.describe()
        status = await self._post(whole["url"], whole["secret"], one)
        whole = self.describe()
        rest = [other for other in whole["waiting"] if other["id"] != one["id"]]
        attempts = one["attempts"] + 1
        if not 200 <= status < 300 and attempts <= len(RETRY_AFTER_SECONDS):
            due = time.time() + RETRY_AFTER_SECONDS[attempts - 1]
            rest.append(one | {"attempts": attempts, "due": due})
        self._save(whole | {"waiting": rest})
        return {"id": one["id"], "type": one["type"], "status": status}

    async def _post(self, url: str, secret: str, one: Json) -> int:
        headers = signed(secret, one["id"], one["body"], int(time.time()))
        try:
            answer = await self._http.post(
                url, content=one["body"], headers=headers, timeout=TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            _log.warning("webhook %s: %s", one["type"], type(error).__name__)
            return 0
        return answer.status_code

    def _save(self, whole: Json) -> None:
        self._state.put(_KIND, _KEY, whole)


def signed(secret: str, message_id: str, body: str, at: int) -> dict[str, str]:
    """Svix's headers of one attempt."""
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    mac = hmac.digest(key, f"{message_id}.{at}.{body}".encode(), hashlib.sha256)
    return {
        "content-type": "application/json",
        "user-agent": "Svix-Webhooks/1.0 (sandbox)",
        "svix-id": message_id,
        "svix-timestamp": str(at),
        "svix-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
