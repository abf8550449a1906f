"""Unified reporting: /adsApi/v1/{create,retrieve,delete}/reports."""
