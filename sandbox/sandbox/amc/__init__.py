"""Amazon Marketing Cloud administration."""
