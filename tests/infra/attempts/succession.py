"""Looks at what connections see, who serves advertisers, what a departure would do, suggestions."""

from .attempt import GONE, READ, Attempt, Attempts, get, on, read

ATTEMPTS: dict[str, Attempts] = {
    "listDiscoveries": on("GET", "/v1/connections/{connection_id}/discoveries"),
    "listSightings": on("GET", "/v1/connections/{connection_id}/sightings"),
    "getChanges": lambda victim, _own: [
        get(
            f"/v1/connections/{victim.connection_id}/discoveries/{victim.connection_id}/changes",
            allowed=GONE,
        )
    ],
    "foreseeDeparture": lambda victim, _own: [
        get(
            f"/v1/connections/departures?connection_id={victim.connection_id}", allowed=READ | GONE
        ),
        get(
            f"/v1/connections/departures?amazon_user_of={victim.connection_id}",
            allowed=READ | GONE,
        ),
        get("/v1/connections/departures", allowed=frozenset({403, 422})),
    ],
    "getServing": on("GET", "/v1/advertisers/{advertiser_id}/serving"),
    "putPin": lambda victim, own: [
        Attempt(
            "PUT",
            f"/v1/advertisers/{advertiser_id}/serving/pin",
            GONE | frozenset({422}),
            {"connection_id": victim.connection_id},
        )
        for advertiser_id in (victim.advertiser_id, own.advertiser_id)
    ],
    "listSuggestions": read("/v1/advertisers/suggestions"),
}
