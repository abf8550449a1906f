"""Organizations, users and memberships."""
