"""The list of the tax office's branch in the high-tech zone: a registry list more."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import MEMBERSHIP, REGISTERED
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="lessons", name="党课名单", fields=(*REGISTERED, MEMBERSHIP), authority=Authority(department="党课")
    )
)
