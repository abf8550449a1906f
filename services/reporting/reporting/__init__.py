"""Reporting: the numbers, loaded from landed report slices and served with their age."""
