"""The registry in the back office. Each class names the service that writes its rows."""

from orgs.admin import coverage, organizations, party, people, places

__all__ = ["coverage", "organizations", "party", "people", "places"]
