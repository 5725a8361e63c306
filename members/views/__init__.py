"""Pages of who runs a Party organization, and of the accounts they get."""
