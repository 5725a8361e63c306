"""The import road: reading lists, comparing them with what is known, applying them as a whole."""
