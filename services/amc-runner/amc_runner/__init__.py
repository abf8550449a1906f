"""Amazon Marketing Cloud: which accounts and instances each connection can reach."""
