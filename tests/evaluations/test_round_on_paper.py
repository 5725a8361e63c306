"""A round of twenty branches that was worked out on paper: every boundary of rates, scaling, dimensions, grades, bonus, penalty and
veto agrees to the second decimal, and whatever is changed afterwards, it stays.

By the default rubric of branches of enterprises. No branch covers a unit, so 3.4 (3 points) does not apply and 工作机制好 is scaled
from 17 to 20; none has a place or money, so 3.5 brings nothing of its 2. What is judged brings all its points unless `less` says
how many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db.models import F

from activities.models import ActivityRecord, Obligation, PledgeItem
from evaluations.models import Evaluation, Round, Score
from evaluations.queries.results import differences, sheets_of
from evaluations.services import objections, rounds, stages
from orgs.models import Coverage, PartyOrganization
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import given, prepared

pytestmark = pytest.mark.django_db
JUNE, DECEMBER = date(2026, 6, 15), date(2026, 12, 1)
WHOLE = (85, 6, 3)  # came of 100, held in time of 6, done of 3
CITY, PROVINCE, CRITICISED, FALSE = (
    ("BONUS", "CITY"),
    ("BONUS", "PROVINCE"),
    ("PENALTY", "CRITICISED"),
    ("VETO", "FALSE"),
)
LOW = {"c1_3": "0", "c2_1": "0", "c4_1": "1.35"}  # 4 + 4 + 4.65 less

MOST_OF_TWO = "4.1 6.00、4.2 4.00、5.1 8.00、5.2 4.00、5.3 4.00"


@dataclass(frozen=True)
class Row:
    """What a branch did (`WHOLE`; nothing on record where it is empty), what it was given less, and what it comes to."""

    total: str
    grade: str
    five: bool
    facts: tuple[int, int, int] | None = WHOLE
    less: dict[str, str] = field(default_factory=dict)
    extras: tuple[tuple[str, str], ...] = ()
    work: str = "17.65"  # 工作机制好: (8 + 4 + 3 + 0) × 20 ÷ 17
    lifts: str = ""  # what would lift it to five goods, the fewest items


PAPER = {
    # 出勤 85 % brings all 5; 6 of 6 all 8; 3 of 3 all 3: 20 + 20 + 17.65 + 20 + 20
    "满分": Row("97.65", "五星", True),
    # 84 %: 5 × 24 ÷ 25 = 4.80; 5 of 6: 6.67; (6.67 + 4 + 3) × 20 ÷ 17 = 16.08; 2 of 3: 2.00
    "按比例": Row("94.88", "四星", True, (84, 5, 2), work="16.08"),
    # 60 %: nothing; 3 of 6: 4; 11 × 20 ÷ 17 = 12.94, below 14; none of 3: 0; 20 + 15 + 12.94 + 17 + 20
    "维度不足": Row("84.94", "三星", False, (60, 3, 0), work="12.94", lifts="3.1 4.00"),
    "五星线": Row("95.00", "五星", True, less={"c1_3": "1.35"}),
    "五星线下": Row("94.99", "四星", True, less={"c1_3": "1.34"}),
    "总分够维度不够": Row("85.00", "三星", False, less={"c5_1": "0", "c4_1": "1.35"}, lifts="5.1 8.00"),
    "总分线": Row("85.00", "三星", True, less=LOW),
    "总分线下": Row("84.99", "三星", False, less=LOW | {"c4_1": "1.34"}, lifts="4.1 4.66"),
    "维度线": Row("91.65", "四星", True, less={"c1_3": "0", "c1_4": "2"}),  # 领导班子好 14.00
    "维度线下": Row("91.64", "四星", False, less={"c1_3": "0", "c1_4": "1.99"}, lifts="1.3 4.00"),
    "加分": Row("87.00", "三星", True, less=LOW, extras=(CITY,)),
    "加分取最高": Row("88.00", "三星", True, less=LOW, extras=(CITY, PROVINCE)),
    "扣分": Row("95.65", "五星", True, extras=(CRITICISED,)),
    "扣分封顶": Row("87.65", "三星", True, extras=(CRITICISED,) * 6),
    "一票否决": Row("97.65", "", False, extras=(FALSE,)),
    "没有活动": Row("97.65", "", False, None),  # all of it judged: 3.1 and 3.2 and 2.2 and 4.4 too
    "三星线": Row("80.00", "三星", False, less={"c5_1": "0", "c5_2": "0", "c4_1": "0.35"}, lifts="5.1 8.00"),
    "三星线下": Row("79.99", "二星", False, less={"c5_1": "0", "c5_2": "0", "c4_1": "0.34"}, lifts="5.1 8.00"),
    "一星线": Row("60.00", "一星", False, less={
        "c5_1": "0", "c5_2": "0", "c5_3": "0", "c5_4": "0", "c4_1": "0", "c4_2": "0", "c4_3": "0", "c1_3": "0.35",
    }, lifts=MOST_OF_TWO),
    "一星线下": Row("59.99", "未定级", False, less={
        "c5_1": "0", "c5_2": "0", "c5_3": "0", "c5_4": "0", "c4_1": "0", "c4_2": "0", "c4_3": "0", "c1_3": "0.34",
    }, lifts=MOST_OF_TWO),
}  # fmt: skip


def branch(city: City, name: str, row: Row) -> PartyOrganization:
    """With its record of June, its duties of six months and the three items of its 责任书."""
    node = establish(by=None, name=name, kind="branch", parent=city["CZ112"], code=name, on=LONG_AGO)
    if row.facts:
        came, held, done = row.facts
        ActivityRecord.objects.create(
            party_organization=node, kind="THEME_DAY", held_on=JUNE, submitted_on=JUNE, status="ACCEPTED", topic="学习",
            expected=100, present=came,
        )  # fmt: skip
        for month in range(1, 7):
            day = date(2026, month, 1)
            Obligation.objects.create(
                party_organization=node, kind="THEME_DAY", month=day, begins_on=day, ends_on=day, why="每月",
                due_on=day.replace(day=28), state="ON_TIME" if month <= held else "OPEN",
            )  # fmt: skip
        for place in range(3):
            PledgeItem.objects.create(
                party_organization=node,
                year=2026,
                what=f"事项{place}",
                due_on=JUNE,
                done_on=JUNE if place < done else None,
            )
    return node


def result(city: City) -> Round:
    """The round on its way to the end: the street did not score, so the district did, and the city confirmed."""
    for name, row in PAPER.items():
        city.nodes[name] = branch(city, name, row)
    held = prepared(city, node="CZ112")
    rounds.open_(by=city.user("city"), row=held, on=TODAY)
    for one in held.evaluations.select_related("party_organization"):
        row = PAPER[one.name]
        for place, (kind, code) in enumerate(row.extras):
            objections.add_extra(
                by=city.user("district"), evaluation=one, kind=kind, code=code, text=f"{place} 号", on=DECEMBER
            )
        told = {"evaluation": one, "stage": "STREET", "given": given(one, **row.less), "on": DECEMBER}
        stages.take(by=city.user("district"), **told)
    keys = list(held.evaluations.values_list("pk", flat=True))
    done, stay = stages.confirm_many(by=city.user("city"), evaluations=keys, on=DECEMBER)
    assert (len(done), stay) == (20, [])
    rounds.publish(by=city.user("city"), row=held, on=DECEMBER)
    rounds.finalise(by=city.user("city"), row=held, on=date(2026, 12, 9))
    return Round.objects.get(pk=held.pk)


def test_twenty_branches_come_to_what_was_worked_out_on_paper(city: City) -> None:
    held = result(city)
    found = {one.name: (str(one.total), one.grade, one.five_good) for one in held.evaluations.all()}
    assert found == {name: (row.total, row.grade, row.five) for name, row in PAPER.items()}
    for sheet in sheets_of(held.evaluations.all()):
        sums = {one.code: str(one.points) for one in sheet.total_at("REVIEWED").dimensions}
        row = PAPER[sheet.evaluation.name]
        assert (sums["WORK"], sheet.evaluation.by_dimension) == (row.work, sums)
        assert (sheet.evaluation.name, "、".join(map(" ".join, sheet.evaluation.lifts))) == (
            sheet.evaluation.name,
            row.lifts,
        )
    _nothing_changes_it(city, held)


def _nothing_changes_it(city: City, held: Round) -> None:
    """Records that it rests on go, change and come."""
    before = [list(model.objects.order_by("pk").values()) for model in (Score, Evaluation)]
    ActivityRecord.objects.update(present=F("expected"))
    Obligation.objects.all().delete()
    PledgeItem.objects.update(done_on=None)
    Coverage.objects.create(
        organization=city.organization(staff=200), party_organization=city["满分"], form="SINGLE", since=LONG_AGO
    )
    city.member("甲", of="满分")
    assert [*differences(held.evaluations.all())] == []
    assert [list(model.objects.order_by("pk").values()) for model in (Score, Evaluation)] == before
