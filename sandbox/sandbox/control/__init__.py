"""The control API under /_sandbox and the journal behind it."""
