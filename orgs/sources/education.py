"""The education authority's list of private schools: no register, so it fills what others left blank."""

from core.sources import sources
from orgs.sources.authority import Authority
from orgs.sources.columns import REGISTERED
from orgs.sources.lists import organization_list

sources.add(organization_list(code="education", name="教育部门民办学校名单", fields=REGISTERED, authority=Authority()))
