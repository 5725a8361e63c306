"""The lists of members: what a department keeps, and our own list come back."""

from members.sources import returned, roster

__all__ = ["returned", "roster"]
