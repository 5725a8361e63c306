"""A small city as an earlier version wrote it, and how it was made."""
