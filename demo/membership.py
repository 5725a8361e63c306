"""Members of the demonstration: how many an organization has, who they are, since when they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from core.crypto import blind_index
from demo.calendar import Calendar
from demo.invent import Dice, Inventor
from demo.organizations import Drawn
from members.models import FormerMembership, Member

if TYPE_CHECKING:
    from demo.branches import Branches
    from demo.ledger import Ledger

HOLDING_FORMS = ("SINGLE", "JOINT", "ATTACHED", "AREA")  # the covering branch holds the members; else the street's does
MOST = 160  # members of one organization
_EDUCATION = ("14", "21", "21", "21", "21", "31", "31", "31", "41", "61", "71", "11")
_ETHNICITY = ("01",) * 40 + ("02", "03", "08", "11", "15")
_JOBS = ("FRONT_LINE", "FRONT_LINE", "TECHNICAL", "TECHNICAL", "MANAGEMENT", "OWNER")
_LEAVINGS = ("TRANSFERRED",) * 8 + ("DECEASED", "REMOVED", "SUSPENDED")


def wanted(rng: Dice, drawn: Drawn) -> int:
    """How many members it would have, were their number not given."""
    size = drawn.size or 8
    if not drawn.counted:
        return rng.choice((1, 1, 2)) if drawn.category != "X" and rng.random() < 0.05 else 0
    if drawn.law:
        return max(rng.choice((0, 1)), min(round(size * rng.uniform(0.1, 0.35)), MOST))
    if drawn.large:
        share = rng.uniform(0.008, 0.06)
        return min(max(1, round(size * share)), MOST) if rng.random() < 0.95 else 0
    if drawn.middle:
        return 1 + int(rng.expovariate(0.8)) if rng.random() < 0.9 * (0.4 + 0.67 * drawn.place.covered) else 0
    if drawn.category == "E6":
        return int(rng.random() < 0.02)
    if rng.random() < (0.3 if drawn.social else 0.15):
        return rng.choice((1, 1, 1, 1, 2, 2, 3, 4))
    return 0


def fit(drawn: Sequence[Drawn], budget: int) -> int:
    """Make the wanted numbers add up to the budget: first by what goes beyond the least, then by whole organizations.

    Returns what nobody could take.
    """
    least = [min(d.wanted, 3 if d.large else 1) for d in drawn]
    spare, rest = sum(d.wanted for d in drawn) - sum(least), budget - sum(least)
    factor = min(max(rest, 0) / spare, 1.0) if spare else 0.0
    left = budget
    for d, few in zip(drawn, least, strict=True):
        d.wanted = min(few + int((d.wanted - few) * factor), left)
        left -= d.wanted
    takers = [d for d in drawn if 0 < d.wanted < MOST]
    while left and takers:
        for d in takers[:left]:
            d.wanted += 1
        left -= min(left, len(takers))
        takers = [d for d in takers if d.wanted < MOST]
    return left


class Membership:
    """Enters members into the ledger."""

    def __init__(self, rng: Dice, inventor: Inventor, calendar: Calendar, ledger: Ledger, branches: Branches) -> None:
        self.rng, self.invent, self.calendar, self.ledger = rng, inventor, calendar, ledger
        self.branches = branches

    def divide(self, drawn: Drawn) -> list[str]:
        """What each of its members is today; sets how many are formal."""
        rng = self.rng
        states = ["FORMAL"] * min(drawn.wanted, 3)
        for _ in range(drawn.wanted - len(states)):
            at = rng.random()
            states.append("PROBATIONARY" if at < 0.07 else rng.choice(_LEAVINGS) if at < 0.1 else "FORMAL")
        if 0 < drawn.wanted < 3 and rng.random() < 0.06:
            states[-1] = "PROBATIONARY"
        drawn.formal = states.count("FORMAL")
        return states

    def enter(self, pk: int, state: str, drawn: Drawn, place: int) -> None:
        """One member of an organization, in the branch that covers it or in the street's; the first few are longest there."""
        rng, calendar, invent = self.rng, self.calendar, self.invent
        holds = drawn.form in HOLDING_FORMS
        branch = drawn.covered_by if holds else self.branches.home(drawn)
        joined_on = self._joined_on(state)
        male = rng.random() < 0.62
        born_on = invent.day(joined_on - timedelta(days=34 * 365), joined_on - timedelta(days=20 * 365))
        hired_on = self._hired_on(drawn, place)
        on = max(joined_on, hired_on)
        since = max(on, branch.since)
        formal_on = joined_on + timedelta(days=365 + rng.randint(0, 40)) if state != "PROBATIONARY" else None
        later = formal_on is not None and formal_on > max(on, calendar.start)
        status = "PROBATIONARY" if state == "PROBATIONARY" or later else "FORMAL"
        number = invent.id_number(born_on, male=male)
        name = invent.person()
        self.ledger.add(
            Member,
            (
                pk, name, number, blind_index(number), "1" if male else "2", born_on, rng.choice(_ETHNICITY),
                rng.choice(_EDUCATION), invent.phone(), branch.pk, since, drawn.pk, hired_on, rng.choice(_JOBS), joined_on,
                None if later else formal_on, status, joined_on if status == "PROBATIONARY" else formal_on,
            ),
            on=on,
            touching=drawn.pk,
        )  # fmt: skip
        branch.joins(name)
        if formal_on and later:
            row: tuple[Any, ...] = (pk, "FORMAL", formal_on, formal_on)
            self.ledger.change(Member, ("status", "formal_on", "status_on"), row, on=formal_on, touching=drawn.pk)
        if state not in ("FORMAL", "PROBATIONARY"):
            left_on = invent.day(max(since, formal_on or since, calendar.start), calendar.ago(2))
            row = (pk, state, left_on)
            self.ledger.change(Member, ("status", "status_on"), row, on=left_on, touching=drawn.pk)
        if since > on and holds:
            former = (pk, self.branches.home(drawn).pk, drawn.pk, on, since)
            self.ledger.add(FormerMembership, former, on=since)

    def _joined_on(self, state: str) -> date:
        if state == "PROBATIONARY":
            return self.calendar.ago(self.rng.randint(20, 350))
        return self.calendar.ago(self.rng.randint(500, 500 + int(365 * self.rng.choice((2, 6, 10, 18, 26, 34)))))

    def _hired_on(self, drawn: Drawn, place: int) -> date:
        """Four in five worked there before the two years that are told."""
        calendar = self.calendar
        first = drawn.registered_on + timedelta(days=10)
        last = drawn.covered_since if drawn.covered_since and place < 3 else None
        if last is None:
            last = calendar.start if self.rng.random() < 0.75 else calendar.ago(4)
        first = max(first, calendar.start - timedelta(days=3000))
        if last < first:
            last = min(first + timedelta(days=150), calendar.ago(4))
        return self.invent.day(min(first, last), last)
