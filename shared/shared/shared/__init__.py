"""Service defaults and event contracts shared by every Leadline service."""
