"""Marketing Cloud."""

from .attempt import Attempts, read

ATTEMPTS: dict[str, Attempts] = {
    "listAmcAccounts": read("/v1/amc/accounts"),
    "listAmcDiscoveries": read("/v1/amc/discoveries"),
    "listAmcInstances": read("/v1/amc/instances"),
}
