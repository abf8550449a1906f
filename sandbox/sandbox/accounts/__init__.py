"""Profiles, manager accounts and DSP advertisers."""
