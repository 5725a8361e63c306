"""Facts of organizations and their sums, kept true set-based for whatever was touched (docs/architecture.md).

`refresh` is called by every service that changes organizations, headcounts, coverage, venues, people responsible, members
or instructors: once, with all ids it touched, in its own transaction, after its writes. Rows of organizations that will
be deleted are taken out with `forget` before. What the apps above know comes in through `fact_sources`.
"""

from orgs.facts.check import differences
from orgs.facts.refresh import forget, recounted, refresh
from orgs.facts.sources import Day, FactSource, fact_sources
from orgs.facts.tally import state

__all__ = ["Day", "FactSource", "differences", "fact_sources", "forget", "recounted", "refresh", "state"]
