"""Writes: keyword-only, typed, atomic, audited. None of them gives a right."""
