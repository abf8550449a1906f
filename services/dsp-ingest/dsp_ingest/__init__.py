"""Pulls DSP reports from Amazon and lands them as files anyone can check."""
