"""What becomes of Amazon's answer."""

from datetime import UTC, datetime, timedelta

import pytest
from auth.connections.consent import Landing
from auth.connections.domain import STATE_LIFE, Answer, OpenConsent, Visitor, judge
from shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ORGANIZATION, SESSION, CONNECTION = new_id(), new_id(), new_id()
CONSENT = OpenConsent(ORGANIZATION, NOW + STATE_LIFE, connection_id=CONNECTION, session_id=SESSION)
BROWSER = b"b" * 32
BY_LINK = OpenConsent(
    ORGANIZATION, NOW + STATE_LIFE, consent_request_id=new_id(), browser_hash=BROWSER
)
VISITOR = Visitor(ORGANIZATION, SESSION, frozenset({"connection:manage"}))
ANSWER = Answer("state", "code")


def test_a_good_answer_is_accepted_until_the_state_expires() -> None:
    last = CONSENT.expires_at - timedelta(microseconds=1)
    assert judge(CONSENT, ANSWER, VISITOR, NOW) is None
    assert judge(CONSENT, ANSWER, VISITOR, last) is None
    assert judge(CONSENT, ANSWER, VISITOR, CONSENT.expires_at) == "state_expired"


def test_an_unknown_state_is_invalid_whatever_else_came() -> None:
    assert judge(None, Answer("", error="access_denied"), Visitor(), NOW) == "state_invalid"


@pytest.mark.parametrize(
    "visitor",
    [
        Visitor(),
        Visitor(ORGANIZATION, new_id(), VISITOR.permissions),
        Visitor(new_id(), SESSION, VISITOR.permissions),
        Visitor(ORGANIZATION, SESSION, frozenset({"connection:read"})),
    ],
)
def test_only_the_session_that_asked_may_answer(visitor: Visitor) -> None:
    assert judge(CONSENT, ANSWER, visitor, NOW) == "session_mismatch"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("access_denied", "access_denied"),
        ("server_error", "amazon_unavailable"),
        ("temporarily_unavailable", "amazon_unavailable"),
        ("unauthorized_client", "code_rejected"),
        ("anything else", "code_rejected"),
    ],
)
def test_an_error_of_amazon_wins_over_a_code(error: str, code: str) -> None:
    assert judge(CONSENT, Answer("state", "code", error), VISITOR, NOW) == code


def test_an_answer_without_a_code_is_rejected() -> None:
    assert judge(CONSENT, Answer("state"), VISITOR, NOW) == "code_rejected"


def test_a_code_does_not_show_in_a_repr() -> None:
    assert "s3cret" not in repr(Answer("state", "s3cret"))


def test_a_landing_leads_to_the_dashboard() -> None:
    assert Landing(CONNECTION).location("https://l.example") == (
        f"https://l.example/connections/?connected={CONNECTION}"
    )
    assert Landing(error="access_denied").location("https://l.example") == (
        "https://l.example/connections/?error=access_denied"
    )


def test_the_page_of_a_magic_link_is_answered_by_the_browser_that_opened_it() -> None:
    nobody = Visitor()
    assert judge(BY_LINK, ANSWER, nobody, NOW, BROWSER) is None
    for visitor in (nobody, VISITOR):
        assert judge(BY_LINK, ANSWER, visitor, NOW) == "session_mismatch"
        assert judge(BY_LINK, ANSWER, visitor, NOW, b"c" * 32) == "session_mismatch"


def test_a_cookie_does_not_answer_for_a_session() -> None:
    assert judge(CONSENT, ANSWER, Visitor(), NOW, BROWSER) == "session_mismatch"
    assert judge(CONSENT, ANSWER, Visitor(), NOW, b"") == "session_mismatch"
