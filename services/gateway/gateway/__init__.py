"""The public edge of Leadline."""
