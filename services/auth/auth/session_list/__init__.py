"""The list of a person's sessions: where they are signed in, and ending that."""
