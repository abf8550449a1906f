"""Looking at everything as another member does: read-only, for minutes, on record."""
