"""Reporting v3: requests, life cycle, rows, downloads."""
