"""The market regulator's list of enterprises and self-employed."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import MEMBERSHIP, REGISTERED
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="market",
        name="市场监管登记名单",
        fields=(*REGISTERED, MEMBERSHIP),
        authority=Authority(department="市场监管"),
    )
)
