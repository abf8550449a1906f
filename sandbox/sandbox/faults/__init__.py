"""Faults on command: throttling, failures, cut connections."""
