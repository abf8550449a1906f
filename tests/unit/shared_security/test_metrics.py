from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from shared import metrics


@pytest.mark.parametrize("label", ["organization_id", "path", "user_email"])
def test_labels_that_grow_without_bound_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="without bound"):
        metrics.counter("x_total", "x", [label])


def test_a_metric_is_rendered_under_the_projects_name() -> None:
    counter = metrics.counter("metrics_test_total", "Counts", ["outcome"])
    counter.labels("done").inc()
    body, kind = metrics.render()
    assert b'leadline_metrics_test_total{outcome="done"} 1.0' in body
    assert kind.startswith("text/plain")
    REGISTRY.unregister(counter)
