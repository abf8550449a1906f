"""Every route asks for its right before it opens a transaction, in every service."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from gateway.openapi import routers
from gateway.routing import ROUTES
from shared.deps import PERMISSION_ATTRIBUTE, admitted_actor

SERVICES = list(dict.fromkeys(route.service.replace("-", "_") for route in ROUTES))
ADMITTING = {"signed_in_user"}


def calls(dependant: Dependant) -> Iterator[object]:
    """The dependencies in the order in which they are solved."""
    for part in dependant.dependencies:
        yield from calls(part)
        yield part.call


def admits(call: object) -> bool:
    named = getattr(call, "__name__", "") in ADMITTING
    made = getattr(call, "__qualname__", "").startswith("service_only.")
    return named or made or hasattr(call, PERMISSION_ATTRIBUTE)


@pytest.mark.parametrize("service", SERVICES)
def test_no_transaction_is_opened_before_the_right_to_it_was_checked(service: str) -> None:
    found = 0
    for router in routers(service):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            order = list(calls(route.dependant))
            if admitted_actor in order:
                found += 1
                before = order[: order.index(admitted_actor)]
                assert any(admits(call) for call in before), route.path
    assert found
