"""Which facts answer a question, and whether its numbers may be brought together. Pure."""

from collections.abc import Sequence

from shared.errors import Unprocessable

from reporting.fact_types import CAMPAIGN, FACT_TYPES, FactType

from .catalogue import METRICS, Dimension, Metric


def kind_of(dimensions: Sequence[Dimension], metrics: Sequence[Metric]) -> FactType:
    """The report type that has the dimensions and the metrics; campaign facts where they will do.

    Raises Unprocessable: dimensions_do_not_meet, metric_not_available, metrics_do_not_meet.
    """
    kinds = {d.kind.report_type: d for d in dimensions if d.kind is not None}
    if len(kinds) > 1:
        one, other, *_ = kinds.values()
        raise Unprocessable(
            f"{one.name} and {other.name} come from different reports and do not meet in one.",
            code="dimensions_do_not_meet",
            hint="Ask for one of them at a time.",
        )
    if kinds:
        return _only(FACT_TYPES[next(iter(kinds))], metrics)
    keyed = [d for d in dimensions if d.needs_key]
    for kind in FACT_TYPES.values():
        if all(kind in m.fact_types for m in metrics) and all(d.key in kind.keys for d in keyed):
            return kind
    raise Unprocessable(
        "No single report has all of these metrics and dimensions.",
        code="metrics_do_not_meet",
        hint="Ask for " + " and ".join(sorted({m.fact_types[0].stem for m in metrics})) + " apart.",
    )


def _only(kind: FactType, metrics: Sequence[Metric]) -> FactType:
    missing = [m.name for m in metrics if kind not in m.fact_types]
    if missing:
        known = ", ".join(m.name for m in METRICS.values() if kind in m.fact_types)
        raise Unprocessable(
            f"{', '.join(missing)} cannot be split like this.",
            code="metric_not_available",
            hint=f"By these dimensions there are: {known}.",
        )
    return kind


def check_aggregation(
    kind: FactType, dimensions: Sequence[Dimension], metrics: Sequence[Metric], granularity: str
) -> None:
    """Refuses sums that count people twice, and days of reports that have none (not_aggregable)."""
    split = {d.name for d in dimensions}
    apart = [m.name for m in metrics if not m.summable]
    if apart and not ({"date", "advertiser"} <= split and granularity == "day"):
        raise Unprocessable(
            f"{', '.join(apart)} cannot be added up over days or advertisers: people would count twice.",
            code="not_aggregable",
            hint="Split by date (granularity day) and advertiser.",
        )
    if kind is not CAMPAIGN and kind.stem == "audience" and "segment" not in split:
        raise Unprocessable(
            "Audience segments overlap: their numbers cannot be added up.",
            code="not_aggregable",
            hint="Split by segment.",
        )
    if kind.summary and "date" in split:
        raise Unprocessable(
            "Audio and video reports are sums over their whole range, not by day.",
            code="not_aggregable",
            hint="Leave the date dimension out.",
        )
