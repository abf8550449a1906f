"""Consent requests: magic links by which a client's Amazon admin consents without an account here."""
