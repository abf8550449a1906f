"""Answers of the public API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel


class AmcAccount(BaseModel):
    """An AMC account that a connection reaches; `account_id` is Amazon's ENTITY id."""

    account_id: str
    account_name: str
    marketplace_id: str
    connection_id: UUID
    region: Literal["NA", "EU", "FE"]


class AmcInstance(BaseModel):
    """An AMC instance; `status` is creating, ready or failed (or a new word of Amazon's); `served` is
    false while no connection that reaches it works."""

    id: UUID
    amazon_instance_id: str
    name: str
    kind: str
    customer_name: str
    account_id: str
    account_name: str
    marketplace_id: str
    connection_id: UUID
    served: bool
    status: str
    discovered_at: datetime


class AmcDiscovery(BaseModel):
    """How looking for accounts and instances goes for a connection, and why it failed."""

    connection_id: UUID
    state: Literal["pending", "running", "done", "failed"]
    accounts: int
    instances: int
    attempts: int
    error_code: str | None
    error_detail: str | None
    finished_at: datetime | None
    next_attempt_at: datetime


class AmcAccounts(BaseModel):
    items: list[AmcAccount]
    next_cursor: None = None


class AmcInstances(BaseModel):
    items: list[AmcInstance]
    next_cursor: None = None


class AmcDiscoveries(BaseModel):
    items: list[AmcDiscovery]
    next_cursor: None = None
