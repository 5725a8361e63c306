"""What is judged in an evaluation. A criterion is one object in one file of this package (rules §15)."""
