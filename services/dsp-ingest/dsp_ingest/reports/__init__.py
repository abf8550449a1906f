"""One slice of a sync: a report at Amazon, from request to landed file."""
