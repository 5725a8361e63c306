"""Writing what branches hold: records, reviews, duties, months, plans, contributions, attachments (rules §13)."""
