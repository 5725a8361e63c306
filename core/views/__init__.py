"""Pages of the shared machinery."""
