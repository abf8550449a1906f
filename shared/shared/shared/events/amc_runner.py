"""Events of amc-runner."""

from uuid import UUID

from .envelope import EventData


class _Instance(EventData):
    TOPIC = "amc-runner.instance.v1"
    KEY = "instance_id"

    instance_id: UUID
    connection_id: UUID


class InstanceDiscovered(_Instance):
    """An AMC instance that a connection can reach; sent again when it changes."""

    TYPE = "instance.discovered"

    amazon_instance_id: str
    name: str
    account_id: str
    account_name: str
    marketplace_id: str
    status: str


class InstanceLost(_Instance):
    """The connection no longer reaches the instance; others may."""

    TYPE = "instance.lost"
