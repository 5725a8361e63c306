"""Reads of who runs a Party organization and who serves there."""
