"""The lists that the registry takes in. A new one is a new file here."""

from orgs.sources import civil, education, justice, market, problems, survey, tax

__all__ = ["civil", "education", "justice", "market", "problems", "survey", "tax"]
