"""Prometheus helpers: one registry per process, names `leadline_<noun>_<unit>`, no ids in labels."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram
from prometheus_client import generate_latest as _generate_latest

_FORBIDDEN = ("_id", "path", "email", "token")


def counter(name: str, text: str, labels: Sequence[str] = ()) -> Counter:
    return Counter(_name(name), text, _labels(labels))


def gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
    return Gauge(_name(name), text, _labels(labels))


def histogram(
    name: str, text: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = ()
) -> Histogram:
    """`buckets` in the unit that the name ends in; the library's second-scale ones by default."""
    return Histogram(
        _name(name), text, _labels(labels), buckets=buckets or Histogram.DEFAULT_BUCKETS
    )


def render() -> tuple[bytes, str]:
    """(body, content type) of `/metrics`."""
    return _generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def _name(name: str) -> str:
    return name if name.startswith("leadline_") else f"leadline_{name}"


def _labels(labels: Sequence[str]) -> Sequence[str]:
    for label in labels:
        if label.endswith(_FORBIDDEN):
            raise ValueError(f"metric label {label} would grow without bound")
    return labels
