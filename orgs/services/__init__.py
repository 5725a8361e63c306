"""Writes: keyword-only, typed, atomic, audited. One module per part of the registry."""
