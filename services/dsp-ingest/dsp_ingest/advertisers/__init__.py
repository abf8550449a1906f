"""The advertisers to pull for, and the connections that can reach them."""
