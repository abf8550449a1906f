"""Plays Clerk: users and organizations, session tokens by rotating keys, its script, signed webhooks."""
