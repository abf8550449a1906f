"""Campaigns, ad groups and ads as they are and ever were: one version after the other."""
