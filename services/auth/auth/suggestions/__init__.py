"""Which brand an advertiser without one looks like, by its name."""
