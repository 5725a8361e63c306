"""What a branch's own page shows: its duties with the days that are left, its last twelve months, who belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.db.models import Count, Q, QuerySet

from activities.models import ActivityRecord, Obligation
from activities.models.months import ANY
from activities.queries.health import Sign, sign_of
from activities.queries.months import last_months
from activities.rules.appraisal import year_of_meeting
from core.months import YearMonth
from core.periods import not_over
from core.scope import Scope
from members.models import Member
from members.models.members import PROBATIONARY
from orgs.models import PartyOrganization, Venue
from orgs.models.party import steps

State = Obligation.State
MONTHS = 12
RECENT = 3  # months whose open duties stand among those of this month


@dataclass(frozen=True)
class Duties:
    """Of a branch: what is to be done this month, what is due later in its quarter or year, what was left open long ago."""

    month: YearMonth
    now: list[Obligation]
    later: list[Obligation]
    older: list[Obligation]

    @property
    def monthly(self) -> int:
        """How many duties of one month alone are open: those that 本月未开展 says all at once."""
        return sum(duty.state == State.OPEN and duty.begins_on == self.month.first_day for duty in self.now)


def duties(party_organization: PartyOrganization, scope: Scope, *, on: date) -> Duties:
    """What can still be filed, and what became of the rest of this month. One query."""
    month = YearMonth.of(on)
    rows = Obligation.objects.within(scope).filter(party_organization=party_organization, begins_on__lte=on)
    rows = rows.filter(Q(ends_on__gte=on) | Q(month=month.first_day) | Q(state=State.OPEN))
    rows = rows.fileable().select_related("record", "group")
    found = Duties(month, [], [], [])
    duty: Any
    for duty in rows.order_by("due_on", "pk"):
        duty.left, duty.late = (duty.due_on - on).days, (on - duty.due_on).days
        duty.appraised_year = year_of_meeting(duty.record.held_on if duty.record else min(duty.month, on))
        stands_in = YearMonth.of(duty.month)
        if stands_in > month:
            found.later.append(duty)
        elif stands_in >= month.plus(-RECENT):
            found.now.append(duty)
        else:
            found.older.append(duty)
    return found


def take_up(due: Duties, drafts: Iterable[ActivityRecord]) -> None:
    """Give each open duty the key of the record that settles it: of the draft that was begun for it, else a new one."""
    waiting: list[Any] = [duty for duty in (*due.now, *due.later, *due.older) if duty.state == State.OPEN]
    for duty in waiting:
        duty.key, duty.begun = uuid4(), False
    for draft in drafts:
        day = "".join(draft.typed.get("held_on", [""])[:1])
        for duty in waiting:
            if (
                duty.kind == draft.kind
                and not duty.begun
                and duty.begins_on.isoformat() <= day <= duty.ends_on.isoformat()
            ):
                duty.key, duty.begun = draft.draft_key, True
                break


def twelve_months(party_organization: PartyOrganization, *, on: date) -> list[Sign]:
    """The twelve months until this one with what became of the one activity that each of them asks for."""
    months = last_months(on, MONTHS)[::-1]
    rows = Obligation.objects.filter(party_organization=party_organization, kind=ANY)
    found = {row.month: row for row in rows.filter(month__gte=months[0].first_day, month__lte=months[-1].first_day)}
    return [sign_of(found.get(month.first_day), month, on) for month in months]


def numbers_of(party_organization: PartyOrganization) -> dict[str, int]:
    """How many members a branch has, and how many of them are 预备党员."""
    roll = Member.objects.on_the_roll().filter(party_organization=party_organization)
    probationary = Q(status__in=PROBATIONARY)
    return roll.aggregate(members=Count("pk"), probationary=Count("pk", filter=probationary))


def venues_for(party_organization: PartyOrganization, *, on: date) -> QuerySet[Venue]:
    """Where a branch may meet: what it uses, and the shared centres of the committees above it (Opinion 三-3)."""
    uses = party_organization.venue_uses.filter(not_over(on)).values("venue")
    shared = Q(kind=Venue.Kind.SHARED, managed_by__in=steps(party_organization.path))
    return Venue.objects.filter(closed_on=None).filter(shared | Q(pk__in=uses)).order_by("name", "pk")


def newest_reason(reviews: Iterable[Any]) -> str:
    """Why a record came back the last time."""
    returns = sorted((one for one in reviews if one.verdict == "RETURNED"), key=lambda one: one.pk)
    return returns[-1].reason if returns else ""
