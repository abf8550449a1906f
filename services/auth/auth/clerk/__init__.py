"""Clerk as the identity provider: its session tokens, its webhooks, and what they mean here."""
