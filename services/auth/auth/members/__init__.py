"""Who belongs to an organization, what they may do there, and how they leave it."""
