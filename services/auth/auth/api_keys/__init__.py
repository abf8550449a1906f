"""API keys: what programs call with."""
