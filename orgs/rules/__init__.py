"""Law and arithmetic of organizations: pure functions, no database, no clock."""
