"""The department's own survey 党建摸底表: the authority for what it says of Party work, its counts are 核定."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import ADDRESS, AREA, IDENTITY, LEGAL, MEMBERSHIP, PHONE, STAFF, SURVEYED
from orgs.sources.lists import organization_list

sources.add(
    organization_list(
        code="survey",
        name="党建摸底表",
        fields=(*IDENTITY, STAFF, MEMBERSHIP, AREA, LEGAL, PHONE, ADDRESS, *SURVEYED),
        authority=Authority(own=frozenset({"survey_on", *(field.name for field in SURVEYED)})),
    )
)
