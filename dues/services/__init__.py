"""Writing dues: assessed, paid, handed up (rules §14)."""
