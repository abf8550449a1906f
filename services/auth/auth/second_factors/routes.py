"""`/v1/user/second-factor`: one's own, never while viewing as somebody else."""

from fastapi import APIRouter, Depends

from auth.deps import DepsOf, SignedInSelf, SystemTx, builtin_only

from .schemas import (
    BeginRequest,
    BegunView,
    ConfirmRequest,
    ProofRequest,
    RecoveryCodesView,
    SecondFactorView,
)
from .service import Owner, status_of

router = APIRouter(tags=["user"], dependencies=[Depends(builtin_only)])
PATH = "/v1/user/second-factor"


@router.get(PATH)
async def show_second_factor(user: SignedInSelf, tx: SystemTx) -> SecondFactorView:
    """Whether it is on, and how many recovery codes are left."""
    return SecondFactorView.of(await status_of(tx, user.id))


@router.post(PATH, status_code=201)
async def begin_second_factor(body: BeginRequest, user: SignedInSelf, deps: DepsOf) -> BegunView:
    """A new secret for an authenticator app; it counts once a code of it was shown."""
    owner = Owner(user.id, user.session_id, user.ip)
    return BegunView.of(await deps.builtin.second_factors.begin(owner, body.password, deps.clock()))


@router.put(PATH)
async def confirm_second_factor(
    body: ConfirmRequest, user: SignedInSelf, deps: DepsOf
) -> RecoveryCodesView:
    """Turn it on with a code of the app; other sessions end."""
    owner = Owner(user.id, user.session_id, user.ip)
    codes = await deps.builtin.second_factors.confirm(owner, body.code, deps.clock())
    return RecoveryCodesView(recovery_codes=codes)


@router.post(f"{PATH}/removal", status_code=204)
async def remove_second_factor(body: ProofRequest, user: SignedInSelf, deps: DepsOf) -> None:
    """Turn it off."""
    owner = Owner(user.id, user.session_id, user.ip)
    await deps.builtin.second_factors.remove(owner, body.password, body.proof, deps.clock())


@router.post(f"{PATH}/recovery-codes")
async def renew_recovery_codes(
    body: ProofRequest, user: SignedInSelf, deps: DepsOf
) -> RecoveryCodesView:
    """New recovery codes in place of all before."""
    owner = Owner(user.id, user.session_id, user.ip)
    factors = deps.builtin.second_factors
    codes = await factors.renew_recovery_codes(owner, body.password, body.proof, deps.clock())
    return RecoveryCodesView(recovery_codes=codes)
