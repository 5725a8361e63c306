"""Declared, and told to nobody: a duty that nobody is reminded of, and so on; a role that nobody holds."""

from dataclasses import replace

from accounts.roles import ROLES, STREET
from core.due import due_kinds
from core.indicators import indicators
from core.jobs import job_kinds
from core.panels import panels
from core.sources import sources
from evaluations.criteria.registry import criteria

KINDS = (due_kinds, indicators, job_kinds, panels, sources, criteria)
LEFT = [replace(next(iter(kind)), code="forgotten") for kind in KINDS]
FORGOTTEN_DUTY, FORGOTTEN_FIGURE, FORGOTTEN_JOB, FORGOTTEN_BLOCK, FORGOTTEN_LIST, FORGOTTEN_CRITERION = LEFT
ROLES["CARELESS"] = replace(STREET, code="CARELESS")
