"""The other side: an Amazon of our own, seeded, with a clock, restatement and faults."""
