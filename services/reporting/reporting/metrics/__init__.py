"""Metrics: the catalogue, the query and the CSV."""
