"""An S3 on loopback (moto's server), for one bucket. It forgets everything when it stops."""

import re
import sys
from pathlib import Path

import httpx
from embedded.launch import Launch
from embedded.server import Server

from infra.embedded_parts import free_port

BUCKET = "agency"
PREFIX = "leadline/warehouse"


class S3(Server):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, free_port())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """How Leadline is told about it."""
        return {
            "OBJECT_STORE_URL": f"s3://{BUCKET}/{PREFIX}",
            "AWS_ENDPOINT": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test-only",
            "AWS_SECRET_ACCESS_KEY": "test-only",
        }

    async def prepare(self) -> Launch:
        return Launch(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        )

    async def ready(self) -> bool:
        """The bucket is there, made now if need be."""
        async with httpx.AsyncClient(timeout=2) as client:
            try:
                answer = await client.put(f"{self.url}/{BUCKET}")
            except httpx.HTTPError:
                return False
        return answer.is_success

    def keys(self) -> list[str]:
        """The first thousand keys in the bucket."""
        answer = httpx.get(f"{self.url}/{BUCKET}", params={"list-type": "2"}, timeout=10)
        answer.raise_for_status()
        return re.findall("<Key>([^<]+)</Key>", answer.text)
