"""Where dues are collected."""

from __future__ import annotations

from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS, PartyOrganizationQuerySet

KINDS = (PartyOrganization.Kind.GENERAL_BRANCH, *BRANCH_KINDS)


def collecting() -> PartyOrganizationQuerySet:
    """Standing branches of every kind, and general branches: their members pay where they belong."""
    found: PartyOrganizationQuerySet = PartyOrganization.objects.standing().filter(kind__in=KINDS)
    return found
