"""The data sets of Amazon DSP that can be subscribed to."""

from .records import PERFORMANCE

SNAPSHOTS = ("adsp-campaigns", "adsp-campaign-flights", "adsp-adgroups", "adsp-adgroup-targets")
DATASETS = (*PERFORMANCE, *SNAPSHOTS)
