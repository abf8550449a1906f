"""Connections: one Amazon user's consent each."""
