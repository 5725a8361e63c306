"""Who pays what in a year: the members of a branch with what holds for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.id_sets import among
from dues.models import Assessment, Relief
from dues.rules.months import Lightened, Rate, due_in, quarter_begins
from dues.rules.standards import OWNER
from members.models import Member
from orgs.models import PartyOrganization


@dataclass
class Payer:
    """A member with the assessments of a year, in the order in which they were entered, and what was lightened."""

    member: Member
    assessments: list[Assessment] = field(default_factory=list)
    reliefs: list[Relief] = field(default_factory=list)

    def due(self, month: date) -> Decimal | None:
        """What is due in a month by what holds today."""
        rates = [Rate(one.since, one.monthly) for one in self.assessments]
        approved = [one for one in self.reliefs if one.state == Relief.State.APPROVED]
        return due_in(month, rates, [Lightened(one.since, one.last, one.monthly) for one in approved])

    def holding(self, month: date) -> Assessment | None:
        """The assessment that counts in a month."""
        begun = [one for one in self.assessments if one.since <= month]
        return max(begun, key=lambda one: (one.since, one.pk), default=None)

    def is_stale(self, month: date) -> bool:
        """Whether the base is the income of a quarter before the last one, of a payer whose base is that of the last quarter."""
        now = self.holding(month)
        return now is not None and now.payer == OWNER and now.since < quarter_begins(month)


def payers(branch: PartyOrganization, *, year: int, also: Collection[int] = ()) -> list[Payer]:
    """The members on the roll of a branch, and others who are named, with a year's assessments and reliefs. Three queries."""
    roll = Member.objects.on_the_roll().filter(party_organization=branch)
    # named one by one: beside a list that is read from an array PostgreSQL looks through all members
    rows = roll | Member.objects.filter(pk__in=sorted(also)) if also else roll
    found = {one.pk: Payer(one) for one in rows.order_by("pk")}
    of_year = {"member__in": among(found), "since__year": year}
    for assessment in Assessment.objects.filter(**of_year).order_by("pk").defer("base"):
        found[assessment.member_id].assessments.append(assessment)
    for relief in Relief.objects.filter(**of_year).order_by("pk").defer("reason"):
        found[relief.member_id].reliefs.append(relief)
    return list(found.values())
