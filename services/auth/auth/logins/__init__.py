"""The first step of signing in: an address and a password, and the wait for a second factor."""
