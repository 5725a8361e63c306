"""Law and arithmetic of the “five goods”: facts, formulas, sums (rules §15)."""
