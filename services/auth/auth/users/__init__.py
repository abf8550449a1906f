"""A person and their own account: name, password."""
