"""The audit log: entries of every service in one hash chain per organization."""
