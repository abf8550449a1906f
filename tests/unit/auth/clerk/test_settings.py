"""What must be set for Clerk, told at start."""

import pytest
from auth.settings import Settings
from infra.auth_world import PUBLIC_URL, settings_for
from infra.clerk import CLERK_SETTINGS
from pydantic import ValidationError


def settings(**changes: str) -> Settings:
    return settings_for("postgresql://x", "redis://x", "p" * 32, **(CLERK_SETTINGS | changes))


def test_the_public_url_is_the_authorized_party_by_default() -> None:
    assert settings().parties(f"{PUBLIC_URL}/") == {PUBLIC_URL}
    listed = settings(clerk_authorized_parties="https://a.example, https://b.example:8443")
    assert listed.parties(PUBLIC_URL) == {"https://a.example", "https://b.example:8443"}


def test_roles_are_mapped_as_set() -> None:
    assert settings().clerk_role_mapping == {"org:admin": "admin", "org:member": "viewer"}
    mapped = settings(clerk_roles="org:admin=admin, org:media=analyst").clerk_role_mapping
    assert mapped == {"org:admin": "admin", "org:media": "analyst"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clerk_frontend_api_url", ""),
        ("clerk_frontend_api_url", "clerk.contoso.example"),
        ("clerk_frontend_api_url", "http://clerk.contoso.example"),
        ("clerk_publishable_key", ""),
        ("clerk_publishable_key", "sk_live_secret"),
        ("clerk_webhook_secret", ""),
        ("clerk_webhook_secret", "whsec_c2hvcnQ="),
        ("clerk_webhook_secret", "c2VjcmV0IG9mIG1vcmUgdGhhbiAyNCBieXRlcyE="),
        ("clerk_authorized_parties", "leadline.example"),
        ("clerk_authorized_parties", "https://leadline.example/login"),
        ("clerk_roles", ""),
        ("clerk_roles", "org:admin=owner"),
        ("clerk_roles", "org:admin=superuser"),
        ("clerk_clock_skew_seconds", "61"),
    ],
)
def test_half_a_configuration_does_not_start(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**{name: value})
    assert name.upper() in str(refused.value).upper()


def test_nothing_of_clerk_is_needed_under_the_built_in_provider() -> None:
    assert settings_for("postgresql://x", "redis://x", "p" * 32).identity_provider == "builtin"
