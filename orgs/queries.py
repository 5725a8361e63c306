"""Reads of the registry that several pages and services share, in the words of the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Concat, Replace, Substr

from core.parameters import values_on
from core.scope import Scope
from orgs.models import Jurisdiction, Organization, PartyOrganization
from orgs.models.organizations import Category, Sector
from orgs.models.places import DISTRICT_DIGITS, STREET_DIGITS

GONE = (Organization.Status.STRUCK_OFF, Organization.Status.MOVED_OUT)
CITY_DIGITS = 4
SOCIAL = frozenset(category.value for category in Category if category.sector == Sector.SOCIAL)
BRACKET = re.compile("[(（]")
FRAGMENT = 6  # leading characters of a name that two records of one organization usually share


@dataclass(frozen=True)
class Jurisdictions:
    """Which committee manages what: economic organizations by territory, social ones by industry (Opinion 三-2)."""

    by_region: Mapping[str, int]
    by_authority: Mapping[str, int]

    @classmethod
    def load(cls) -> Jurisdictions:
        """All of them, in one query."""
        rows = list(Jurisdiction.objects.values_list("region_id", "authority", "committee_id"))
        return cls(
            {region: committee for region, _, committee in rows if region},
            {authority: committee for _, authority, committee in rows if authority},
        )

    def committee_for(
        self, *, category: str, region_code: str, authority: str
    ) -> tuple[int, Organization.Basis] | None:
        """The managing committee with its basis; None when it cannot be told (待判定), never a guess.

        A social organization without a known authority is managed by territory (rules §11).
        """
        if not category:
            return None
        if category in SOCIAL and (committee := self.by_authority.get(authority)):
            return committee, Organization.Basis.INDUSTRY
        committee = self._by_territory(region_code)
        return (committee, Organization.Basis.TERRITORY) if committee else None

    def _by_territory(self, code: str) -> int | None:
        """The committee of the smallest area around a code that has one."""
        for digits in (12, STREET_DIGITS, DISTRICT_DIGITS, CITY_DIGITS):
            if committee := self.by_region.get(code[:digits].ljust(12, "0")):
                return committee
        return None


def undecided(scope: Scope) -> QuerySet[Organization]:
    """待判定: the category or the managing committee could not be told."""
    return Organization.objects.managed_within(scope).filter(facts__undecided=True)


Alike = Literal["name", "fragment", "old_number"]


def possible_duplicates(scope: Scope, alike: Alike = "name") -> QuerySet[Organization]:
    """Organizations of which the scope manages another that looks like the same one.

    Each row has `twin_key` (what they share) and is ordered by it, so that twins stand together.
    """
    rows = Organization.objects.managed_within(scope).filter(merged_into=None)
    if alike == "name":
        rows = rows.annotate(twin_key=_plain_name())
    elif alike == "fragment":
        rows = rows.exclude(legal_representative="").annotate(
            twin_key=Concat(Substr("name", 1, FRAGMENT), Value("|"), "legal_representative", output_field=CharField())
        )
    else:
        rows = rows.exclude(old_number="").annotate(twin_key=_as_text("old_number"))
    shared = rows.order_by().values("twin_key").annotate(twins=Count("pk")).filter(twins__gt=1).values("twin_key")
    return rows.filter(Q(twin_key__in=shared)).order_by("twin_key", "pk")


def twins_of(organization: Organization, scope: Scope, *, most: int = 5) -> list[Organization]:
    """Records within the scope that may be the same organization. One query; each way to be alike has its index."""
    alike = Q(name__in=_spellings(organization.name))
    fragment = BRACKET.split(organization.name)[0][:FRAGMENT]
    if len(fragment) > 1 and organization.legal_representative:
        alike |= Q(legal_representative=organization.legal_representative, name__begins=fragment)
    if organization.old_number:
        alike |= Q(old_number=organization.old_number)
    others = Organization.objects.within(scope).filter(merged_into=None).exclude(pk=organization.pk)
    return list(others.filter(alike).only("name", "credit_code", "old_number").order_by("pk")[:most])


def _plain_name() -> Replace:
    """The name with half-width brackets and without spaces, as the import road keeps it."""
    name = Replace("name", Value("（"), Value("("))
    return Replace(Replace(name, Value("）"), Value(")")), Value(" "), Value(""))


def _as_text(field: str) -> Substr:
    return Substr(field, 1)


def _spellings(name: str) -> set[str]:
    half = name.replace("（", "(").replace("）", ")")
    return {name, half, half.replace("(", "（").replace(")", "）")}


def soon_over(rows: QuerySet[PartyOrganization], *, on: date) -> QuerySet[PartyOrganization]:
    """Those whose term is over, or ends within the days of the alert, the longest overdue first."""
    last = on + timedelta(days=int(values_on(on)["org.term_alert_days"]))
    return rows.filter(term_ends_on__lte=last).order_by("term_ends_on", "pk")
