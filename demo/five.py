"""Five goods of one district: the half-year before last is final, the last one is being scored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from activities.queries.branches import branches
from core.scope import subtree
from demo.city import BRANCH
from demo.invent import Inventor
from demo.money import DISTRICT, secretary_of
from evaluations.models import Evaluation, Round, Stage
from evaluations.queries.results import asked, sheets_of
from evaluations.rules.facts import Span
from evaluations.rules.rounds import Given, half_before
from evaluations.services import objections, rounds, stages
from orgs.facts import refresh
from orgs.models import PartyOrganization

MOST = 200  # branches: in a large city it would take minutes
SHARES = (Decimal(1), Decimal("0.95"), Decimal("0.9"), Decimal("0.8"), Decimal("0.6"))  # of the points of an item
HERE = 5  # branches of the accounts' street that have scored themselves in the round that is open
WEEK = timedelta(days=7)


class FiveGoods:
    def __init__(self, users: Mapping[str, User], invent: Inventor, today: date) -> None:
        self.users, self.invent, self.today = users, invent, today

    def enter(self) -> None:
        """Nothing where the district of the accounts is too large."""
        district = PartyOrganization.objects.get(code=DISTRICT)
        below = branches().filter(subtree(district.path))
        if below.count() > MOST:
            return
        last = half_before(self.today)
        before = half_before(last.first)
        self._final(self._opened(district, before, before.last + WEEK), before.last + WEEK)
        self._running(self._opened(district, last, self.today - WEEK))
        refresh((), on=self.today, nodes=below.values_list("pk", flat=True))  # the round became final on a day before

    def _opened(self, district: PartyOrganization, half: Span, on: date) -> Round:
        until = {name: on + 2 * place * WEEK for place, name in enumerate(rounds.DEADLINES, 1)}
        values = {"name": f"{half.name}党支部“五个好”评定", "first_day": half.first, "last_day": half.last, **until}
        row = rounds.prepare(by=self.users["district"], node=district, values=values, on=on)
        rounds.open_(by=self.users["district"], row=row, on=on)
        return Round.objects.get(pk=row.pk)

    def _final(self, row: Round, opened: date) -> None:
        """The district scored where branch and street let their days pass, and the city confirmed."""
        found = list(row.evaluations.select_related("party_organization").order_by("pk"))
        for place, one in enumerate(found):
            if place % 20 == 7:
                on = opened + 3 * WEEK
                by = self.users["clerk"]
                objections.add_extra(by=by, evaluation=one, kind="BONUS", code="CITY", text="市委表彰决定", on=on)
            self._take(one, Stage.STREET, self.users["district"], opened + 3 * WEEK)
        keys = [one.pk for one in found]
        stages.confirm_many(by=self.users["clerk"], evaluations=keys, on=opened + 4 * WEEK)
        published = rounds.publish(by=self.users["clerk"], row=row, on=opened + 5 * WEEK)
        assert published.notice_until, "it is public"
        rounds.finalise(by=self.users["clerk"], row=row, on=published.notice_until + timedelta(days=1))

    def _running(self, row: Round) -> None:
        """Some of the accounts' street are further; the branch of the secretary has still to score itself."""
        here = row.evaluations.filter(party_organization__parent__code=BRANCH[2]).select_related("party_organization")
        others = here.exclude(party_organization__code=BRANCH[0]).exclude(
            party_organization__kind=PartyOrganization.Kind.JOINT_BRANCH
        )
        for place, one in enumerate(others.order_by("pk")[:HERE]):
            self._take(one, Stage.SELF, secretary_of(one.party_organization), self.today - timedelta(days=4))
            if place % 2:
                self._take(one, Stage.STREET, self.users["street"], self.today - timedelta(days=1))

    def _take(self, evaluation: Evaluation, stage: Stage, by: User, on: date) -> None:
        [sheet] = sheets_of(Evaluation.objects.filter(pk=evaluation.pk))
        usual = self.invent.choice(SHARES)
        given = {
            one.pk: self._given(stages.before(one, stage), one.criterion.points, usual)
            for one in sheet.scores
            if asked(one)
        }
        stages.take(by=by, evaluation=evaluation, stage=stage, given=given, on=on)

    def _given(self, before: Decimal | None, most: Decimal, usual: Decimal) -> Given:
        """Mostly as before; a few are cut, with the reason."""
        if before is not None and self.invent.chance(0.85):
            return Given(before)
        share = usual if self.invent.chance(0.7) else self.invent.choice(SHARES)
        points = ((before if before is not None else most) * share).quantize(Decimal("0.1"))
        return Given(points, "佐证只反映部分工作" if before is not None and points != before else "见佐证材料")
