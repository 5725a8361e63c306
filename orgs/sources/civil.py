"""The civil affairs list of social organizations."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import MEMBERSHIP, REGISTERED
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="civil", name="民政登记名单", fields=(*REGISTERED, MEMBERSHIP), authority=Authority(department="民政")
    )
)
