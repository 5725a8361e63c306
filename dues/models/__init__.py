"""党费: what is due of each member, what was paid, handed up and returned (rules §14)."""

from dues.models.ledger import Book, Closing, Entry, EntryKind

__all__ = ["Book", "Closing", "Entry", "EntryKind"]
