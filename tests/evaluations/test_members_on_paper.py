"""A round of members of one branch that was worked out on paper: every boundary of hours, presence, dues, grades, lines, bonus, penalty,
veto and quota agrees to the second decimal, and whatever is changed afterwards, it stays.

By the default rubric of members. What is judged (64 points) brings all of them unless `less` says how many.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from activities.models import ActivityRecord, Appraisal, AppraisalGrade, Attendance, Training
from dues.models import Due
from evaluations.models import Evaluation, Round, Score
from evaluations.queries.results import differences
from evaluations.services import meetings, objections, rounds, stages
from members.models import Member
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City, account
from tests.rounds import given, prepared

pytestmark = pytest.mark.django_db
JUNE, DECEMBER = date(2026, 6, 15), date(2026, 12, 1)
MEETINGS = 20  # of each kind: one of them is 5 per cent
CITY, CRITICISED, DISCIPLINE = ("BONUS", "CITY"), ("PENALTY", "CRITICISED"), ("VETO", "DISCIPLINE")
LINE = {"cM1_3": "1", "cM2_3": "1", "cM3_3": "1", "cM4_3": "3", "cM5_2": "3"}  # three less in each dimension
NOTHING = {"cM2_1": "0", "cM2_2": "0", "cM2_3": "0"}  # of 工作业绩好
NO_SERVICE = NOTHING | {"cM3_1": "0", "cM3_2": "0", "cM3_3": "0"}  # nor of 服务群众好


@dataclass(frozen=True)
class Row:
    """What is on record of a member, what was given less, and what it comes to. `reaches`: the line of five goods."""

    total: str | None
    grade: str
    reaches: bool
    hours: int = 16  # of 16 that are asked of half a year
    study: int | None = MEETINGS  # came; None: away for work all the time
    life: int | None = MEETINGS
    paid: int | None = 6  # months of 6; None: nothing is asked of him
    appraised: str = "EXCELLENT"
    less: dict[str, str] = field(default_factory=dict)
    extras: tuple[tuple[str, str], ...] = ()
    more: dict[str, Any] = field(default_factory=dict)  # of the member himself


PAPER = {
    "满分": Row("100.00", "优秀", True),
    # M1.1 学时: 8 × 学时 ÷ 16; 政治素质好 is 12 without it
    "学时一半": Row("96.00", "优秀", True, hours=8),
    "学时四": Row("94.00", "优秀", True, hours=4),
    "学时三": Row("93.50", "优秀", False, hours=3),
    # M1.2 集中学习, M4.1 组织生活: 8 × (出勤率 − 60) ÷ 25
    "学习八五": Row("100.00", "优秀", True, study=17),
    "学习八〇": Row("98.40", "优秀", True, study=16),
    "学习七五": Row("96.80", "优秀", True, study=15),
    "学习七〇": Row("95.20", "优秀", True, study=14),
    "学习六五": Row("93.60", "优秀", False, study=13),
    "学习六〇": Row("92.00", "优秀", False, study=12),
    "生活七〇": Row("95.20", "优秀", True, life=14),
    "生活六〇": Row("92.00", "优秀", False, life=12),
    # M4.2 党费: 6 × 交清 ÷ 应交
    "党费五": Row("99.00", "优秀", True, paid=5),
    "党费二": Row("96.00", "优秀", True, paid=2),
    "党费一": Row("95.00", "优秀", True, paid=1),  # a month less, and it is a veto
    # without it 履行义务好 is scaled from 14 to 20: (8 + 6) × 20 ÷ 14, (3.20 + 6) × 20 ÷ 14 = 13.142857…
    "免交": Row("100.00", "优秀", True, paid=None),
    "免交缺勤": Row("93.14", "优秀", False, paid=None, life=14),
    # M5.3 民主评议: 6, 4, 2, 0
    "评议合格": Row("98.00", "优秀", True, appraised="QUALIFIED"),
    "评议基本合格": Row("96.00", "优秀", True, appraised="BASIC"),
    "评议不合格": Row("94.00", "优秀", True, appraised="UNQUALIFIED"),
    # 预备党员 get none: 思想作风好 is scaled from 14 to 20; (4 + 6) × 20 ÷ 14 = 14.285714…
    "预备": Row("100.00", "优秀", True, appraised="", more={"status": "PROBATIONARY"}),
    "预备一半": Row("94.29", "优秀", True, appraised="", less={"cM5_1": "4"}, more={"status": "PROBATIONARY"}),
    "外出": Row("100.00", "优秀", True, study=None, life=None),  # cannot be computed, so it is judged
    "总分线": Row("85.00", "合格", True, less=LINE),
    "总分线下": Row("84.99", "合格", False, less=LINE | {"cM5_2": "2.99"}),
    "维度线": Row("94.00", "优秀", True, less={"cM2_2": "0"}),
    "维度线下": Row("93.99", "优秀", False, less={"cM2_2": "0", "cM2_3": "3.99"}),
    "优秀线": Row("90.00", "优秀", True, less={"cM2_1": "5", "cM3_1": "3"}),
    "优秀线下": Row("89.99", "合格", True, less={"cM2_1": "4.99", "cM3_1": "3"}),
    "合格线": Row("70.00", "合格", False, less=NOTHING | {"cM3_1": "0", "cM3_2": "6"}),
    "合格线下": Row("69.99", "基本合格", False, less=NOTHING | {"cM3_1": "0", "cM3_2": "5.99"}),
    "基本合格线": Row("60.00", "基本合格", False, less=NO_SERVICE),
    "基本合格线下": Row("59.99", "不合格", False, less=NO_SERVICE | {"cM5_1": "7.99"}),
    "加分": Row("87.00", "合格", True, less=LINE, extras=(CITY,)),
    "加分过线": Row("86.00", "合格", True, less=LINE | {"cM5_2": "2"}, extras=(CITY,)),
    "扣分": Row("98.00", "优秀", True, extras=(CRITICISED,)),
    "扣分线下": Row("83.00", "合格", False, less=LINE, extras=(CRITICISED,)),
    "处分": Row("0.00", "不合格", False, extras=(DISCIPLINE,)),
    "半年不交党费": Row("0.00", "不合格", False, paid=0),
    "差一天七十": Row("100.00", "优秀", True, more={"born_on": date(1956, 7, 1)}),
    "七十岁": Row(None, "", False, more={"born_on": date(1956, 6, 30)}),
    "患病": Row(None, "", False, study=None, life=None),
}
AGED, FRAIL = "七十岁", "患病"
MOST = 13  # a third of the 40 who are scored


def branch(city: City) -> None:
    """With its secretary, its meetings, and what is on record of each member."""
    city.nodes["B"] = establish(by=None, name="第一支部", kind="branch", parent=city["CZ112"], code="B", on=LONG_AGO)
    city.people["own"] = account("own", None, name="何书记", must_change_password=False)
    city.user("own").appointments.create(role="SECRETARY", node=city["B"], since=LONG_AGO)
    told: dict[str, Any] = {
        "party_organization": city["B"],
        "held_on": JUNE,
        "submitted_on": JUNE,
        "status": "ACCEPTED",
    }
    held = {
        kind: [ActivityRecord.objects.create(kind=kind, topic=f"{kind}{place}", **told) for place in range(MEETINGS)]
        for kind in ("LECTURE", "CONGRESS")
    }
    days = dict.fromkeys(("self_on", "mutual_on", "polled_on", "decided_on"), JUNE)
    appraisal = Appraisal.objects.create(party_organization=city["B"], year=2026, **days)
    for name, row in PAPER.items():
        one = city.member(name, of="B", **row.more)
        Training.objects.create(member=one, course="党校", held_on=JUNE, hours=row.hours)
        for kind, came in (("LECTURE", row.study), ("CONGRESS", row.life)):
            reason = "FLOATING" if came is None else "PERSONAL"
            Attendance.objects.bulk_create(
                Attendance(
                    record=record, member=one, present=place < (came or 0), reason="" if place < (came or 0) else reason
                )
                for place, record in enumerate(held[kind])
            )
        for month in range(1, 7):
            amount = 0 if row.paid is None else 50
            paid = amount if row.paid is None or month <= row.paid else 0
            Due.objects.create(
                member=one, party_organization=city["B"], month=date(2026, month, 1), amount=amount, paid=paid
            )
        if row.appraised:
            AppraisalGrade.objects.create(appraisal=appraisal, member=one, grade=row.appraised)


def result(city: City) -> Round:
    """The branch scores and its meeting chooses; the street let it pass, so the district reviews, and the city confirms."""
    branch(city)
    held = prepared(city, node="CZ112", subject="MEMBER")
    rounds.open_(by=city.user("city"), row=held, on=TODAY)
    held.refresh_from_db()
    found = {one.name: one for one in held.evaluations.select_related("round", "party_organization")}
    meetings.exempt(by=city.user("own"), evaluation=found[FRAIL], on=TODAY)
    for name, row in PAPER.items():
        for kind, code in row.extras:
            objections.add_extra(
                by=city.user("district"), evaluation=found[name], kind=kind, code=code, text="文号", on=TODAY
            )
        if row.total is not None:
            stages.keep(by=city.user("own"), evaluation=found[name], given=given(found[name], **row.less), on=TODAY)
    values = {"held_on": TODAY, "expected": 38, "present": 30, "agreed": 20, "excess_reason": ""}
    told: dict[str, Any] = {
        "by": city.user("own"),
        "row": held,
        "party_organization": city["B"],
        "values": values,
        "on": TODAY,
    }
    reasons = {found[name].pk: "名额所限" for name, row in PAPER.items() if row.reaches and name not in CHOSEN}
    meetings.decide(chosen={found[name].pk for name in CHOSEN}, reasons=reasons, **told)
    for who, stage in (("district", "STREET"), ("city", "DEPARTMENT")):
        keys = [one.pk for one in found.values() if PAPER[one.name].total is not None]
        done, stay = stages.confirm_many(by=city.user(who), evaluations=keys, stage=stage, on=TODAY)
        assert (len(done), stay) == (len(keys), [])
    rounds.publish(by=city.user("city"), row=held, on=DECEMBER)
    rounds.finalise(by=city.user("city"), row=held, on=date(2026, 12, 9))
    return Round.objects.get(pk=held.pk)


CHOSEN = [name for name, row in PAPER.items() if row.reaches][:MOST]


def test_the_members_of_a_branch_come_to_what_was_worked_out_on_paper(city: City) -> None:
    held = result(city)
    found = {
        one.name: (None if one.exempt else str(one.total), one.grade, one.five_good) for one in held.evaluations.all()
    }
    assert found == {name: (row.total, row.grade, name in CHOSEN) for name, row in PAPER.items()}
    told = dict(held.evaluations.values_list("name", "short_of"))
    assert told["总分线"] == ["支部党员大会没有评定：名额所限"]
    assert told["处分"] == ["一票否决：受到党纪处分，记 0 分"]
    assert {held.evaluations.get(name=name).get_exempt_display() for name in (AGED, FRAIL)} == {
        "年满 70 周岁", "年老体弱或长期患病",
    }  # fmt: skip
    _nothing_changes_it(held)


def _nothing_changes_it(held: Round) -> None:
    """Records that it rests on go, change and come."""
    before = [list(model.objects.order_by("pk").values()) for model in (Score, Evaluation)]
    Attendance.objects.update(present=True, reason="")
    Training.objects.update(hours=1)
    Due.objects.all().delete()
    AppraisalGrade.objects.update(grade="UNQUALIFIED")
    Member.objects.update(born_on=date(1990, 1, 1), status="FORMAL")
    assert [*differences(held.evaluations.all())] == []
    assert [list(model.objects.order_by("pk").values()) for model in (Score, Evaluation)] == before
