"""Who proves that a person is who they say they are: the port, and the built-in provider's words."""
