"""Reads of dues: what is due, what was paid, where it is."""
