"""Events of amc-runner."""

from uuid import UUID

from .envelope import EventData


class InstanceDiscovered(EventData):
    """An AMC instance that a connection can reach; sent again when it changes."""

    TYPE = "instance.discovered"
    TOPIC = "amc-runner.instance.v1"
    KEY = "instance_id"

    instance_id: UUID
    amazon_instance_id: str
    name: str
    account_id: str
    account_name: str
    marketplace_id: str
    connection_id: UUID
    status: str
