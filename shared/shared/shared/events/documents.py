"""`python -m shared.events.documents FOLDER`: the catalogue as AsyncAPI 3.0 and JSON schemas.

The checked-in files are what consumers outside of Python read; a test holds them against the code.
"""

import json
import sys
from pathlib import Path
from typing import Any

from .catalogue import CATALOGUE
from .envelope import Event, EventData

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def schema_of(data_type: type[EventData]) -> dict[str, Any]:
    """The JSON schema of the whole message of one type."""
    schema = Event[data_type].model_json_schema(mode="serialization")
    schema["properties"]["type"] = {"const": data_type.TYPE}
    schema["title"] = data_type.TYPE
    schema["description"] = (data_type.__doc__ or "").strip()
    return {"$schema": JSON_SCHEMA, **schema}


def asyncapi() -> dict[str, Any]:
    """One channel per topic, one message per type; the Kafka key is the message's `subject`."""
    topics = sorted({topic for data_type in CATALOGUE for topic in data_type.topics()})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Leadline events",
            "version": "1",
            "description": "CloudEvents 1.0, structured JSON. Readers ignore unknown types and fields.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic: _channel(topic) for topic in topics},
        "operations": {f"publish {topic}": _operation(topic) for topic in topics},
        "components": {"messages": {d.TYPE: _message(d) for d in CATALOGUE}},
    }


def _channel(topic: str) -> dict[str, Any]:
    types = [d for d in CATALOGUE if topic in d.topics()]
    return {
        "address": topic,
        "description": f"Owned by {topic.split('.', 1)[0]}; key: {types[0].KEY}.",
        "messages": {d.TYPE: {"$ref": f"#/components/messages/{d.TYPE}"} for d in types},
    }


def _operation(topic: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}}


def _message(data_type: type[EventData]) -> dict[str, Any]:
    return {
        "name": data_type.TYPE,
        "summary": (data_type.__doc__ or "").strip().split("\n", 1)[0],
        "payload": {"$ref": f"./schemas/{data_type.TYPE}.json"},
    }


def documents() -> dict[str, str]:
    """File name → content, deterministic."""
    files = {f"schemas/{d.TYPE}.json": schema_of(d) for d in CATALOGUE}
    files["asyncapi.json"] = asyncapi()
    return {name: json.dumps(body, indent=2) + "\n" for name, body in files.items()}


def write(folder: Path) -> None:
    """Write every document below `folder` and remove schemas of types that are gone."""
    wanted = documents()
    for name, content in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    for path in (folder / "schemas").glob("*.json"):
        if f"schemas/{path.name}" not in wanted:
            path.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
