"""What must not happen, tried on a whole installation."""
