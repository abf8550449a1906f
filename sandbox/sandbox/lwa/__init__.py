"""Login with Amazon: consent page, token endpoint, grants."""
