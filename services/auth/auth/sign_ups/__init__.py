"""People who open an account for themselves, and show first that the address is theirs."""
