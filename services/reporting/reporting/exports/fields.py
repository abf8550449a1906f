"""The columns of a file: the answer's columns, in its order, and the age of each row. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from reporting.metrics.catalogue import Metric
from reporting.metrics.domain import Plan

Kind = Literal["text", "day", "moment", "count", "money", "ratio"]

_UNIT_LABELS: Final = {"money": " (in currency)", "ratio": " (ratio)", "multiple": " (multiple)"}
_DAYS: Final = frozenset({"date"})


@dataclass(frozen=True)
class Field:
    """One column. `metric` None: it comes as it is; else it is computed from the row's sums."""

    name: str
    label: str
    kind: Kind
    metric: Metric | None = None

    @property
    def unit(self) -> str | None:
        return self.metric.unit if self.metric else None

    @property
    def heading(self) -> str:
        """The label, with the unit where it is not a count."""
        return self.label + _UNIT_LABELS.get(self.unit or "", "")


def fields_of(plan: Plan) -> tuple[Field, ...]:
    """Dimensions, currency, metrics, as_of."""
    split = [
        Field(column.name, column.label, "day" if column.name in _DAYS else "text")
        for dimension in plan.dimensions
        for column in dimension.columns
    ]
    metrics = [Field(m.name, m.label, _kind(m), m) for m in plan.metrics]
    return (
        *split,
        Field("currency", "Currency", "text"),
        *metrics,
        Field("as_of", "As of", "moment"),
    )


def _kind(metric: Metric) -> Kind:
    if metric.unit == "money":
        return "money"
    return "count" if metric.unit == "count" else "ratio"
