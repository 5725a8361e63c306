"""The fictional city of the demonstration. No real place, firm or person; no real area code begins with 99."""
