"""Five goods of one district: the half-year before last is final, the last one is being scored; so are its members, of whom the
meeting of the accounts' branch has still to choose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from activities.queries.branches import branches
from activities.rules.appraisal import most_excellent
from core.scope import subtree
from demo.awards import Awards
from demo.city import BRANCH
from demo.invent import Inventor
from demo.money import DISTRICT, secretary_of
from evaluations.models import Evaluation, Round, Stage, Survey
from evaluations.queries.results import Sheet, asked, sheets_of
from evaluations.queries.surveys import people_of
from evaluations.rules.facts import Span
from evaluations.rules.rounds import Given, half_before
from evaluations.rules.surveys import QUESTIONS
from evaluations.services import answers, meetings, objections, rounds, stages, surveys
from members.models import Member
from orgs.facts import refresh
from orgs.models import PartyOrganization

MOST = 200  # branches: in a large city it would take minutes
SHARES = (Decimal(1), Decimal("0.95"), Decimal("0.9"), Decimal("0.8"), Decimal("0.6"))  # of the points of an item
HERE = 5  # branches of the accounts' street that have scored themselves in the round that is open
ANSWERS = ("GOOD", "GOOD", "FAIR", "GOOD", "GOOD", "FAIR", "GOOD", "POOR", "GOOD", "FAIR", "UNKNOWN")
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
        if Member.objects.on_the_roll().filter(party_organization__in=below).exists():
            self._members(self._opened(district, last, self.today - WEEK, "MEMBER"))
        Awards(self.users, district, self.today).enter()
        refresh((), on=self.today, nodes=below.values_list("pk", flat=True))  # the round became final on a day before

    def _opened(self, district: PartyOrganization, half: Span, on: date, subject: str = "BRANCH") -> Round:
        until = {name: on + 2 * place * WEEK for place, name in enumerate(rounds.DEADLINES, 1)}
        name = f"{half.name}{Round.Subject(subject).label}“五个好”评定"
        values = {"name": name, "subject": subject, "first_day": half.first, "last_day": half.last, **until}
        row = rounds.prepare(by=self.users["district"], node=district, values=values, on=on)
        rounds.open_(by=self.users["district"], row=row, on=on)
        return Round.objects.get(pk=row.pk)

    def _final(self, row: Round, opened: date) -> None:
        """The district scored where branch and street let their days pass, and the city confirmed."""
        found = list(row.evaluations.select_related("party_organization").order_by("pk"))
        for one in found:
            if one.party_organization.code == BRANCH[0] and any(people_of(one.party_organization, on=opened)):
                self._survey(one, opened)
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

    def _survey(self, evaluation: Evaluation, on: date) -> None:
        """The street asks the members and employees of the secretary's branch; enough of them answer for a rate."""
        by = self.users["street"]
        survey = surveys.begin(by=by, evaluation=evaluation, until=on + 2 * WEEK, on=on)
        number = min(survey.people, survey.minimum + 2)
        for place, code in enumerate(surveys.issue(by=by, survey=survey, number=number, seen=0, on=on)):
            grades = {one: ANSWERS[(place * 5 + at) % len(ANSWERS)] for at, one in enumerate(QUESTIONS)}
            answers.answer(code=code, grades=grades, on=on + WEEK)
        surveys.close(by=by, survey=Survey.objects.get(pk=survey.pk), on=on + 2 * WEEK)

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

    def _members(self, row: Round) -> None:
        """Branches of the street score their members; all but that of the secretary have held their meetings."""
        rows = row.evaluations.filter(party_organization__parent__code=BRANCH[2], stage=Stage.SELF)
        by_branch: dict[PartyOrganization, list[Evaluation]] = defaultdict(list)
        for one in rows.select_related("party_organization").order_by("party_organization__code", "pk"):
            by_branch[one.party_organization].append(one)
        for branch, those in sorted(by_branch.items(), key=lambda held: held[0].code != BRANCH[0])[:HERE]:
            by, on = secretary_of(branch), self.today - timedelta(days=3)
            for one in those:
                stages.keep(by=by, evaluation=one, given=self._points(one, Stage.SELF, SHARES[:3]), on=on)
            if branch.code != BRANCH[0]:
                self._meet(by, row, branch, on + timedelta(days=1))

    def _meet(self, by: User, row: Round, branch: PartyOrganization, on: date) -> None:
        """As many as are usual are chosen, the best first; nobody stays away."""
        found = list(sheets_of(row.evaluations.filter(party_organization=branch, stage=Stage.SELF)))
        best = sorted(found, key=lambda sheet: -sheet.total_at(Stage.SELF).points)
        keys = [sheet.evaluation.pk for sheet in best if sheet.total_at(Stage.SELF).five_good]
        quota = most_excellent(len(found), one_in=3)
        votes = dict.fromkeys(("expected", "present", "agreed"), len(found))
        values = {"held_on": on, "excess_reason": "", **votes}
        meetings.decide(
            by=by, row=row, party_organization=branch, values=values, chosen=set(keys[:quota]),
            reasons=dict.fromkeys(keys[quota:], "名额所限，同等条件下一线职工优先"), on=on,
        )  # fmt: skip

    def _take(self, evaluation: Evaluation, stage: Stage, by: User, on: date) -> None:
        stages.take(by=by, evaluation=evaluation, stage=stage, given=self._points(evaluation, stage), on=on)

    def _points(self, evaluation: Evaluation, stage: Stage, shares: Sequence[Decimal] = SHARES) -> dict[int, Given]:
        [sheet] = sheets_of(Evaluation.objects.filter(pk=evaluation.pk))
        usual = self.invent.choice(shares)
        if not sheet.evaluation.member_id and self._can_reach(sheet, stage):
            return {one.pk: Given(one.criterion.points, "见佐证材料") for one in sheet.scores if asked(one)}
        return {
            one.pk: self._given(stages.before(one, stage), one.criterion.points, usual)
            for one in sheet.scores
            if asked(one)
        }

    def _can_reach(self, sheet: Sheet, stage: Stage) -> bool:
        """Whether a branch has five goods if people give it all points: few can, and a list without anybody shows nothing."""
        for one in sheet.scores:
            if asked(one):
                setattr(one, stages.STEPS[stage].column, one.criterion.points)
        return sheet.total_at(stage).five_good

    def _given(self, before: Decimal | None, most: Decimal, usual: Decimal) -> Given:
        """Mostly as before; a few are cut, with the reason."""
        if before is not None and self.invent.chance(0.85):
            return Given(before)
        share = usual if self.invent.chance(0.7) else self.invent.choice(SHARES)
        points = ((before if before is not None else most) * share).quantize(Decimal("0.1"))
        return Given(points, "佐证只反映部分工作" if before is not None and points != before else "见佐证材料")
