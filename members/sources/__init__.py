"""The lists of members: what a department keeps, and our own list come back."""
