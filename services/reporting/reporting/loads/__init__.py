"""Loads: landed report slices become facts, whole or not at all."""
