"""`/v1/amc`: accounts, instances, and how finding them goes. Callers bound to brands see none."""

from fastapi import APIRouter
from shared.deps import ActorTx

from . import queries
from .deps import ReaderOrganization
from .schemas import (
    AmcAccount,
    AmcAccounts,
    AmcDiscoveries,
    AmcDiscovery,
    AmcInstance,
    AmcInstances,
)

router = APIRouter(prefix="/v1/amc", tags=["amc"])


@router.get("/accounts")
async def list_amc_accounts(organization_id: ReaderOrganization, tx: ActorTx) -> AmcAccounts:
    """The AMC accounts that the organization's connections reach."""
    rows = await queries.list_accounts(tx, organization_id)
    return AmcAccounts(items=[AmcAccount(**dict(row)) for row in rows])


@router.get("/instances")
async def list_amc_instances(organization_id: ReaderOrganization, tx: ActorTx) -> AmcInstances:
    """The AMC instances that the organization's connections reach, each once."""
    rows = await queries.list_instances(tx, organization_id)
    return AmcInstances(items=[AmcInstance(**dict(row)) for row in rows])


@router.get("/discoveries")
async def list_amc_discoveries(organization_id: ReaderOrganization, tx: ActorTx) -> AmcDiscoveries:
    """Per connection: whether its accounts and instances are known, and what failed."""
    rows = await queries.list_discoveries(tx, organization_id)
    return AmcDiscoveries(items=[AmcDiscovery(**dict(row)) for row in rows])
