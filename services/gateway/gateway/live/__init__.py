"""Live updates: facts from Kafka to the browsers that may see them."""
