"""DSP entities in three families of calls over the same ids and one history."""
