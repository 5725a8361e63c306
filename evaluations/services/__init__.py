"""Writing what evaluations keep (rules §15)."""
