"""The tax office's list: staff as insured or reported, before the registrar's count of the same day."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import ADDRESS, AREA, IDENTITY, LEGAL, PHONE, STAFF, TYPE
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="tax",
        name="税务名单",
        fields=(*IDENTITY, TYPE, STAFF, AREA, LEGAL, PHONE, ADDRESS),
        authority=Authority(),
    )
)
