"""AMC SQL: parse, lint, thresholds and run (empty until its own issue)."""
