"""Forgetting an advertiser: from sight with the event, its numbers by a job."""
