"""Invitations: an address is asked into an organization, once and for a while."""
