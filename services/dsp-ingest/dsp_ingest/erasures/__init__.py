"""Forgetting an advertiser: its rows with the event, its files by a job."""
