"""The justice department's list of law firms and other legal services."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import MEMBERSHIP, REGISTERED
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="justice",
        name="司法行政登记名单",
        fields=(*REGISTERED, MEMBERSHIP),
        authority=Authority(department="司法行政"),
    )
)
