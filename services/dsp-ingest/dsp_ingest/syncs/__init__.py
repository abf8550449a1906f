"""What must be pulled, for whom and when; and how far that has come."""
