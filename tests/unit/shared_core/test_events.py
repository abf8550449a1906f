"""The catalogue: names, envelope, documents."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from shared.events import CATALOGUE, BrandCreated, decode, make_event, topics_of
from shared.events.documents import documents, schema_of
from shared.events.envelope import EventData
from shared.ids import new_id

DOCS = Path(__file__).parents[3] / "docs" / "events"
SERVICES = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting", "gateway")


@pytest.mark.parametrize("data_type", CATALOGUE, ids=lambda d: d.TYPE)
def test_names_follow_the_house_rules(data_type: type[EventData]) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", data_type.TYPE)
    for topic in data_type.topics():
        assert re.fullmatch(rf"({'|'.join(SERVICES)})\.[a-z_]+\.v\d+", topic)
    assert data_type.KEY in data_type.model_fields
    assert data_type.__doc__


def test_types_are_unique_and_every_topic_has_an_owner() -> None:
    assert len({d.TYPE for d in CATALOGUE}) == len(CATALOGUE)
    every = {topic for data_type in CATALOGUE for topic in data_type.topics()}
    assert {t for s in SERVICES for t in topics_of(s)} == every


def test_the_checked_in_documents_are_those_of_the_code() -> None:
    stored = {
        str(path.relative_to(DOCS)): path.read_text(encoding="utf-8")
        for path in DOCS.rglob("*.json")
    }
    assert stored == documents(), "run make asyncapi"


def test_an_event_survives_the_wire_and_matches_its_schema(organization_id: UUID) -> None:
    event = make_event(BrandCreated(brand_id=new_id(), name="Contoso"), organization_id)
    raw = event.model_dump_json()
    assert decode(raw.encode()) == event
    jsonschema.validate(json.loads(raw), schema_of(BrandCreated))


def test_readers_ignore_unknown_types_and_fields(organization_id: UUID) -> None:
    event = make_event(BrandCreated(brand_id=new_id(), name="Contoso"), organization_id)
    document: dict[str, Any] = json.loads(event.model_dump_json())
    document["data"]["colour"] = "new in a later release"
    assert decode(json.dumps(document).encode()) == event
    assert decode(b'{"type": "brand.exploded"}') is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"[]", b"null", b"{}", b'{"type": 1}', b'{"type": "brand.created"}'],
)
def test_what_is_not_an_event_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(raw)
