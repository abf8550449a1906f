"""Sign-in, sessions and login throttling."""
