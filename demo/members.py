"""Members: how many an organization has, who they are, since when they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core.crypto import blind_index
from demo.branches import Branches
from demo.invent import Inventor
from demo.kept import Person
from demo.ledger import Ledger
from demo.life import Life
from demo.organizations import Drawn
from demo.places import DISTRICTS
from members.models import FormerMembership, Member

HOLDING_FORMS = ("SINGLE", "JOINT", "ATTACHED", "AREA")  # the covering branch holds the members; else the street's does
MOST = 160  # members of one organization
_EDUCATION = ("14", "21", "21", "21", "21", "31", "31", "31", "41", "61", "71", "11")
_ETHNICITY = ("01",) * 40 + ("02", "03", "08", "11", "15")
_JOBS = ("FRONT_LINE", "FRONT_LINE", "TECHNICAL", "TECHNICAL", "MANAGEMENT", "OWNER")
_LEAVINGS = ("TRANSFERRED",) * 8 + ("DECEASED", "REMOVED", "SUSPENDED")


def wanted(invent: Inventor, drawn: Drawn) -> int:
    """How many members it would have, were their number not given."""
    size = drawn.size or 8
    if not drawn.counted:
        return invent.choice((1, 1, 2)) if drawn.category != "X" and invent.chance(0.05) else 0
    if drawn.kind.prefix == "31":  # law firms
        return max(invent.choice((0, 1)), min(round(size * invent.uniform(0.1, 0.35)), MOST))
    if drawn.large:
        return min(max(1, round(size * invent.uniform(0.008, 0.06))), MOST) if invent.chance(0.95) else 0
    if drawn.middle:
        share = 0.9 * (0.4 + 0.67 * DISTRICTS[drawn.place.short][1])
        return 1 + int(invent.expovariate(0.8)) if invent.chance(share) else 0
    if drawn.category == "E6":
        return int(invent.chance(0.02))
    return invent.choice((1, 1, 1, 1, 2, 2, 3, 4)) if invent.chance(0.3 if drawn.social else 0.15) else 0


def fit(drawn: Sequence[Drawn], budget: int) -> None:
    """Make the wanted numbers add up to the budget: first by what goes beyond the least, then by whole organizations."""
    least = [min(d.wanted, 3 if d.large else 1) for d in drawn]
    spare, rest = sum(d.wanted for d in drawn) - sum(least), budget - sum(least)
    factor = min(max(rest, 0) / spare, 1.0) if spare else 0.0
    left = budget
    for d, few in zip(drawn, least, strict=True):
        d.wanted = min(few + int((d.wanted - few) * factor), left)
        left -= d.wanted
    while left and (takers := [d for d in drawn if 0 < d.wanted < MOST]):
        for d in takers[:left]:
            d.wanted += 1
        left -= min(left, len(takers))


class Members:
    def __init__(self, invent: Inventor, ledger: Ledger, branches: Branches, life: Life) -> None:
        self.invent, self.ledger, self.branches, self.life = invent, ledger, branches, life

    def divide(self, drawn: Drawn) -> list[str]:
        """What each of its members is today; sets how many are formal."""
        states = ["FORMAL"] * min(drawn.wanted, 3)
        for _ in range(drawn.wanted - len(states)):
            at = self.invent.random()
            states.append("PROBATIONARY" if at < 0.07 else self.invent.choice(_LEAVINGS) if at < 0.1 else "FORMAL")
        if 0 < drawn.wanted < 3 and self.invent.chance(0.06):
            states[-1] = "PROBATIONARY"
        drawn.formal = states.count("FORMAL")
        return states

    def enter(self, pk: int, state: str, drawn: Drawn, place: int) -> None:
        """One member of an organization, in the branch that covers it or in the street's; the first few are longest there."""
        ledger, invent = self.ledger, self.invent
        holding = drawn.covered_by if drawn.form in HOLDING_FORMS else None
        branch = holding or self.branches.home(drawn)
        probationary = state == "PROBATIONARY"
        years = 365 * invent.choice((2, 6, 10, 18, 26, 34))
        joined_on = ledger.ago(invent.randint(20, 350) if probationary else invent.randint(500, 500 + years))
        born_on = invent.day(joined_on - timedelta(days=34 * 365), joined_on - timedelta(days=20 * 365))
        account = branch.account if state == "FORMAL" and not branch.head else ""
        male, name = not account and invent.chance(0.62), account or invent.person()
        hired_on = self._hired_on(drawn, place)
        number = invent.id_number(born_on, male=male)
        on = max(joined_on, hired_on)
        since = max(on, branch.since)
        formal_on = None if probationary else joined_on + timedelta(days=365 + invent.randint(0, 40))
        later = formal_on is not None and formal_on > max(on, ledger.start)
        first_formal_on = None if later else formal_on
        ledger.add(
            Member, on, touching=drawn.pk, id=pk, name=name, id_number=number, id_digest=blind_index(number),
            sex="1" if male else "2", born_on=born_on, ethnicity=invent.choice(_ETHNICITY),
            education=invent.choice(_EDUCATION), phone=invent.phone(), party_organization_id=branch.pk, since=since,
            organization_id=drawn.pk, organization_since=hired_on, job=invent.choice(_JOBS), joined_on=joined_on,
            formal_on=first_formal_on, status="FORMAL" if first_formal_on else "PROBATIONARY",
            status_on=first_formal_on or joined_on,
        )  # fmt: skip
        if formal_on and later:
            formal = {"status": "FORMAL", "formal_on": formal_on, "status_on": formal_on}
            ledger.change(Member, formal_on, pk, touching=drawn.pk, **formal)
        left_on = None
        if state in _LEAVINGS:
            left_on = invent.day(max(since, formal_on or since, ledger.start), ledger.ago(2))
            ledger.change(Member, left_on, pk, touching=drawn.pk, status=state, status_on=left_on)
        person = Person(pk, name, since, formal_on, left_on)
        branch.joins(person)
        self.life.joins(branch, person)
        if since > on and holding:
            former = self.branches.home(drawn).pk
            ledger.add(
                FormerMembership, since, member_id=pk, party_organization_id=former, organization_id=drawn.pk, since=on,
                until=since,
            )  # fmt: skip

    def _hired_on(self, drawn: Drawn, place: int) -> date:
        """Four in five worked there before the two years that are told."""
        ledger = self.ledger
        first = max(drawn.registered_on + timedelta(days=10), ledger.start - timedelta(days=3000))
        last = drawn.covered_since if drawn.covered_since and place < 3 else None
        if last is None:
            last = ledger.start if self.invent.chance(0.75) else ledger.ago(4)
        if last < first:
            last = min(first + timedelta(days=150), ledger.ago(4))
        return self.invent.day(min(first, last), last)
