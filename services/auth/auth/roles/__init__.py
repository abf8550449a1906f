"""Roles, the grants of them, and what a member may do because of these."""
