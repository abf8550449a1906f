"""Brands: the clients of an organization."""
