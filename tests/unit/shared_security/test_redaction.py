from __future__ import annotations

import base64
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any, Literal, cast
from uuid import UUID

import pytest
import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span
from shared.logs import RateLimit, bound, get_logger, setup_logs
from shared.redaction import HIDDEN, MAX_TEXT, is_secret_name, redact, redact_field

from shared import tracing

ACCESS = "Atza|IwEBIJexampleACCESS-token_value"
REFRESH = "Atzr|IwEBIexampleREFRESH-token/value+x=="
FERNET = base64.urlsafe_b64encode(b"any key of thirty-two bytes long").decode()
JWT = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJnYXRld2F5In0.c2lnbmF0dXJlLXZhbHVl"
PASSWORD = "tr0ub4dor&3"
SECRETS = ("IwEBI", "example", FERNET, "eyJpc3Mi", "tr0ub4dor", "hunter2")

LINES = [
    f"got {ACCESS} from Amazon",
    f"grant_type=refresh_token&refresh_token={REFRESH.replace('|', '%7C')}&client_id=x",
    f"'{REFRESH}'",
    f"Authorization: Bearer {ACCESS}",
    f"headers={{'authorization': 'Bearer {JWT}'}}",
    "Authorization: Basic aHVudGVyMjpodW50ZXIy hunter2",
    f"token is {JWT}",
    "postgres://token_refresher:hunter2@127.0.0.1:8410/leadline refused",
    "redis://:hunter2@127.0.0.1:8411/0",
    "postgresql://u:hunter2@h:1/d, then postgresql://v:hunter2@i:2/d",
    "host=db password=hunter2 user=x",
    f'{{"password": "{PASSWORD}", "email": "a@b.c"}}',
    f'{{"nested": "{{\\"client_secret\\": \\"{PASSWORD}\\"}}"}}',
    f"{{'refresh_token': '{PASSWORD}'}}",
    f'{{"access_token":"{PASSWORD}","expires_in":3600}}',
    '{"password": "an unterminated hunter2',
    f"LWA_CLIENT_SECRET={PASSWORD.replace('&', '')}",
    'SERVICE_PASSWORDS={"auth":"hunter2","gateway":"hunter2"}',
    f"TOKEN_ENCRYPTION_KEYS=k1:{FERNET}",
    f"key {FERNET} loaded",
    "api_key: hunter2",
    "X-Api-Key=hunter2",
    "client_secret=amzn1.oa2-cs.v1.hunter2hunter2",
    "Set-Cookie: leadline_session=hunter2; Path=/; HttpOnly",
    "GET /v1/connections/callback?code=ANexampleexampleexample&state=exampleexampleexample",
    "GET /_download/1?sig=hunter2&expires=3",
    "https://b.s3/x?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2/eu",
    "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
    "gAAAAABlU_EAb3JkaW5hcnkgYnl0ZXMgdGhhdCBsb29rIGxpa2UgYSBzZWFsZWQgdGV4dCwgYW5kIGFyZSBub3Q=",
]


def clean(text: str) -> bool:
    return not any(secret in text for secret in SECRETS) and "gAAAAA" not in text


@pytest.mark.parametrize("line", LINES)
def test_no_secret_shape_survives(line: str) -> None:
    assert clean(redact(line)), redact(line)
    assert HIDDEN in redact(line)


@pytest.mark.parametrize("line", LINES)
def test_redaction_is_stable_when_applied_twice(line: str) -> None:
    assert redact(redact(line)) == redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "The request has an invalid grant parameter : refresh_token. User may have revoked",
        "GET /v1/syncs/reports?state=rejected 200",
        "sync 8f14e45f-ceea-467f-a9f0-0d9b5c1e7a11 landed 25000 rows",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "http://127.0.0.1:8401/v1/session answered 200",
        '{"state":"retrying","attempts":3,"token_type":"bearer"}',
    ],
)
def test_ordinary_lines_stay_readable(line: str) -> None:
    assert redact(line) == line


def test_a_huge_text_is_cut_and_a_token_on_the_cut_is_still_hidden() -> None:
    text = redact("x" * (MAX_TEXT - 12) + " " + ACCESS)
    assert len(text) < MAX_TEXT + 100
    assert clean(text)


def test_hostile_text_is_cleaned_in_linear_time() -> None:
    for piece in ('"', "\\", "password", "://a:", "Bearer ", "{", "a" * 43, "-----BEGIN "):
        redact(piece * (MAX_TEXT // len(piece)))


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("refresh_token", True),
        ("LWA_CLIENT_SECRET", True),
        ("internal_signing_key", True),
        ("session_pepper", True),
        ("token", True),
        ("authorization", True),
        ("token_encryption_keys", True),
        ("session_token_count", False),
        ("lease_token_id", False),
        ("access_token_expires_at", False),
        ("internal_public_keys", False),
        ("token_type", False),
        ("connection_id", False),
        ("key", False),
    ],
)
def test_names_tell_secrets(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_structures_are_walked_to_their_leaves() -> None:
    class Odd:
        def __repr__(self) -> str:
            return f"Odd({ACCESS})"

    value = redact_field(
        "payload",
        {
            "a": [{"password": "hunter2"}, (ACCESS, b"Bearer " + JWT.encode())],
            "o": Odd(),
            ACCESS: 1,
        },
    )
    assert clean(json.dumps(value))
    assert redact_field("id", UUID(int=1)) == str(UUID(int=1))
    assert redact_field("password", None) is None


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_secret_leaves_through_any_logger(
    stream: io.StringIO, form: Literal["json", "console"]
) -> None:
    setup_logs("auth", level="info", form=form, stream=stream)
    for line in LINES:
        logging.getLogger("lib").warning("line %s", line, extra={"payload": {"x": [line]}})
        get_logger("ours").warning(line, detail=line, password="hunter2", items=[line])
        try:
            raise RuntimeError(line)
        except RuntimeError:
            get_logger("ours").exception("failed")
            logging.getLogger("lib").exception("failed")
    text = stream.getvalue()
    assert text.count("RuntimeError") >= 2 * len(LINES)
    assert clean(text)


def test_uncaught_errors_are_logged_clean(stream: io.StringIO) -> None:
    setup_logs("auth", stream=stream)
    error = ValueError(f"no {ACCESS}")
    sys.excepthook(ValueError, error, None)
    assert "process_died" in stream.getvalue()
    assert clean(stream.getvalue())
    sys.excepthook = sys.__excepthook__


def test_a_line_carries_service_trace_and_bound_fields(stream: io.StringIO) -> None:
    setup_logs("auth", stream=stream)
    with tracing.span("work"), bound(org="o1", event_id="e1"):
        ids = tracing.current_ids()
        logging.getLogger("lib").warning("hello")
        get_logger("ours").warning("hello")
    for line in stream.getvalue().splitlines():
        row = cast("dict[str, Any]", json.loads(line))
        assert ids
        assert (row["service"], row["org"], row["event_id"]) == ("auth", "o1", "e1")
        assert (row["trace_id"], row["span_id"]) == ids
        assert row["level"] == "warning"


def test_setup_twice_writes_each_line_once(stream: io.StringIO) -> None:
    setup_logs("auth", stream=io.StringIO())
    setup_logs("auth", stream=stream)
    get_logger("x").warning("once")
    assert len(stream.getvalue().splitlines()) == 1


def test_debug_lines_stay_out_at_level_info(stream: io.StringIO) -> None:
    setup_logs("auth", level="info", stream=stream)
    get_logger("x").debug("quiet")
    assert stream.getvalue() == ""


def test_a_chatty_logger_is_limited_and_says_what_was_held_back() -> None:
    now = [0.0]
    limit = RateLimit(burst=3, window_seconds=10, now=lambda: now[0])

    def record(name: str) -> logging.LogRecord:
        return logging.LogRecord(name, logging.ERROR, "f", 1, "no broker", (), None)

    assert [limit.filter(record("aiokafka.conn")) for _ in range(100)].count(True) == 3
    assert all(limit.filter(record("auth.service")) for _ in range(100))
    now[0] = 11.0
    later = record("aiokafka.conn")
    assert limit.filter(later)
    assert later.__dict__["suppressed"] == 97


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.use_exporter("auth", tracing.RedactingExporter(exporter))
    yield exporter
    tracing.stop_tracing()


def test_spans_are_exported_clean(spans: InMemorySpanExporter) -> None:
    def fail(span: Span) -> None:
        span.set_attribute("list", [ACCESS, "fine"])
        span.add_event("sent", {"body": f"refresh_token={REFRESH}"})
        raise RuntimeError(f"refused {REFRESH}")

    secret = {"url.full": "http://u:hunter2@h/", "http.password": "hunter2", "n": 3}
    with pytest.raises(RuntimeError), tracing.span(f"call {ACCESS}", attributes=secret) as span:
        fail(span)
    tracing.flush()
    (exported,) = spans.get_finished_spans()
    assert clean(exported.to_json())
    assert exported.attributes
    assert exported.attributes["n"] == 3
    assert len(exported.events) == 2


def test_without_endpoint_nothing_is_recorded_but_the_trace_goes_on() -> None:
    with tracing.span("first") as first:
        assert not first.is_recording()
        traceparent = tracing.current_traceparent()
    assert traceparent
    trace_id = traceparent.split("-")[1]
    for parent in (
        tracing.from_traceparent(traceparent),
        tracing.extract({"Traceparent": traceparent}),
    ):
        with tracing.span("next", parent=parent):
            ids = tracing.current_ids()
            assert ids
            assert ids[0] == trace_id


def test_a_broken_traceparent_starts_a_new_trace() -> None:
    for broken in (None, "", "00-zz-1-01", "x" * 500):
        with tracing.span("next", parent=tracing.from_traceparent(broken)):
            assert tracing.current_ids()


def test_outside_of_a_span_nothing_is_injected() -> None:
    assert tracing.inject() == {}
    assert tracing.current_traceparent() is None
