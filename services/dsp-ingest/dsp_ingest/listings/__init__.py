"""Pulling the lists of campaigns, ad groups and ads, page by page."""
