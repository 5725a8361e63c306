"""Writes of members, of who runs a Party organization, and of its groups and terms."""
