"""Amazon's quota: buckets all replicas share, learned from 429s, and the ledger of what was spent."""
