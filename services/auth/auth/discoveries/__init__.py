"""Discovery of the profiles and advertisers a connection can see."""
