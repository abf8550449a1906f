"""The user at the sandbox whom these tests act for."""

from collections.abc import AsyncGenerator

import pytest
from infra.sandbox_user import SandboxUser, sandbox_user


@pytest.fixture
async def amazon() -> AsyncGenerator[SandboxUser]:
    async with sandbox_user() as user:
        yield user
