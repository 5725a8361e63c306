"""Who an organization can be reached and helped through: mass organizations, liaison, owner, democratic management."""

from orgs.models import Democracy, Liaison, MassOrganization, OwnerRecord
from orgs.services.tables import OrganizationRows

# 工会、共青团、妇联: their latest Party work is evidence of R4 (Opinion 二-1)
mass_organizations = OrganizationRows(
    MassOrganization,
    add=("mass_organizations.found", "登记群团组织"),
    change=("mass_organizations.change", "修改群团组织"),
    end=("mass_organizations.close", "撤销群团组织"),
    ends_with="closed_on",
    moved_as="mass_organizations",
)
# 联络员 of an organization without a Party organization: the latest contact is evidence of R4
liaisons = OrganizationRows(
    Liaison,
    add=("liaisons.appoint", "确定联络员"),
    change=("liaisons.change", "修改联络员"),
    end=("liaisons.end", "终止联络员"),
)
# how an owner stands to Party work, and the opinion given for honours and posts (Opinion 三-3)
owners = OrganizationRows(
    OwnerRecord, add=("owners.record", "登记出资人情况"), change=("owners.change", "修改出资人情况")
)
# a congress of employees, publication of affairs, petition hour or talk (Opinion 二-3)
democracy = OrganizationRows(
    Democracy, add=("democracy.record", "登记民主管理"), change=("democracy.change", "修改民主管理")
)
