"""What figures count: organizations, by their facts."""

from __future__ import annotations

from functools import partial

from core.indicators import Measure, Subject
from orgs.models.facts import CUTS

ORGANIZATIONS = Subject("organizations", "两新组织", "家", frozenset(CUTS.values()))

counts = partial(Measure, ORGANIZATIONS)
