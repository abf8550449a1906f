"""The only process that can read a refresh token."""
