"""Which connection serves which advertiser, and who takes over."""
