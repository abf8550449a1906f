"""The seeded world: who exists, and what every day delivered."""
