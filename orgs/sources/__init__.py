"""The lists that the registry takes in. A new one is a new file here."""

from orgs.sources import civil, coverage, education, justice, market, party_tree, problems, returned, survey, tax

__all__ = ["civil", "coverage", "education", "justice", "market", "party_tree", "problems", "returned", "survey", "tax"]
