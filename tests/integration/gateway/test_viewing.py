"""While somebody views as another person nothing changes, in no service; and tokens that rotate."""

import pytest
from gateway import routing
from infra.edge import Behind, Browser, as_user
from infra.operations import Operation, operations
from shared.ids import new_id

LET_THROUGH = {
    "signOut",
    "stopViewing",
    "queryMetrics",
    "exportMetrics",
    "exportMetricsParquet",
    "exportMetricsXlsx",
    "openConsentRequest",
}
"""The last is for who holds a magic link: it is opened without the session."""


@pytest.mark.parametrize(
    "operation", [o for o in operations() if o.unsafe], ids=lambda operation: operation.id
)
async def test_every_change_is_refused_at_the_edge(
    browser: Browser, behind: Behind, operation: Operation
) -> None:
    behind.sign_in("t", new_id(), impersonator=str(new_id()))
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(f"{{{parameter['name']}}}", str(new_id()))
    status, answer = await browser.status(operation.method, path, headers=as_user("t"), json={})
    if operation.id in LET_THROUGH:
        assert status == 200
        return
    assert (status, answer["code"]) == (403, "viewing_as")
    assert behind.requests == [], "the service never hears of it"


async def test_the_services_are_told_who_views(browser: Browser, behind: Behind) -> None:
    viewer = str(new_id())
    session = behind.sign_in("t", new_id(), impersonator=viewer)
    assert (await browser.status("GET", "/v1/brands", headers=as_user("t")))[0] == 200
    actor = behind.actor_of_last_call()
    assert (actor.subject, actor.impersonator) == (session["subject"], viewer)


@pytest.mark.parametrize(("method", "path"), sorted({*routing.ROTATES, routing.SWITCH}))
async def test_a_token_left_behind_is_forgotten_at_once(
    browser: Browser, behind: Behind, method: str, path: str
) -> None:
    behind.sign_in("old", new_id())
    assert (await browser.status("GET", "/v1/brands", headers=as_user("old")))[0] == 200
    behind.sign_in("new", new_id())
    assert (await browser.status(method, path, headers=as_user("old"), json={}))[0] == 200
    del behind.sessions["old"]
    assert (await browser.status("GET", "/v1/brands", headers=as_user("old")))[0] == 401
    assert (await browser.status("GET", "/v1/brands", headers=as_user("new")))[0] == 200


async def test_an_invitation_is_read_and_taken_up_without_a_session(
    browser: Browser, behind: Behind
) -> None:
    offer = "/v1/invitations/offer?token=x"
    assert (await browser.status("GET", offer))[0] == 200
    accept = "/v1/invitations/acceptances"
    assert (await browser.status("POST", accept, json={}))[0] == 200
    assert behind.actor_of_last_call().kind == "anonymous"
    assert (await browser.status("GET", "/v1/invitations"))[0] == 401


async def test_a_session_that_takes_an_invitation_up_means_it(
    browser: Browser, behind: Behind
) -> None:
    behind.sign_in("t", new_id())
    headers = {"cookie": as_user("t")["cookie"]}
    accept = "/v1/invitations/acceptances"
    status, problem = await browser.status("POST", accept, headers=headers, json={})
    assert (status, problem["code"]) == (403, "csrf_token_invalid")
    assert (await browser.status("POST", accept, headers=as_user("t"), json={}))[0] == 200
    assert behind.actor_of_last_call().kind == "user"
