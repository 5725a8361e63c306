"""Places, the Party tree, organizations, coverage, and the facts that lists and figures read."""

from orgs.models.acts import BulkAct
from orgs.models.coverage import Coverage, Venue, VenueUse
from orgs.models.facts import OrganizationFacts, PartyFacts, Recount, Tally
from orgs.models.organizations import FormerManagement, Headcount, Organization
from orgs.models.party import Appointment, FormerParent, PartyOrganization
from orgs.models.people import Democracy, Liaison, MassOrganization, OrganizationRow, OwnerRecord
from orgs.models.places import Jurisdiction, Region, Zone

__all__ = [
    "Appointment",
    "BulkAct",
    "Coverage",
    "Democracy",
    "FormerManagement",
    "FormerParent",
    "Headcount",
    "Jurisdiction",
    "Liaison",
    "MassOrganization",
    "Organization",
    "OrganizationFacts",
    "OrganizationRow",
    "OwnerRecord",
    "PartyFacts",
    "PartyOrganization",
    "Recount",
    "Region",
    "Tally",
    "Venue",
    "VenueUse",
    "Zone",
]
