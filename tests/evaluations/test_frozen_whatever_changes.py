"""A round that is final rests on nothing but itself: whatever kind of record its facts were read from is changed, goes or comes
afterwards, no cell of it changes, and it works out the same anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import (
    ActivityRecord,
    Appraisal,
    AppraisalGrade,
    Attendance,
    Contribution,
    DutyTarget,
    Obligation,
    Pledge,
    PledgeItem,
    RecordTopic,
    Review,
    RoleModelPost,
    Training,
)
from core.migrations._frozen_when import REFUSAL
from core.models import Parameter
from dues.models import Arrears, Due, Entry
from evaluations.criteria.registry import criteria
from evaluations.models import (
    Evaluation,
    Extra,
    Honour,
    Meeting,
    Objection,
    Round,
    Rubric,
    RubricCriterion,
    Score,
    Survey,
    SurveyPaper,
)
from evaluations.queries.results import differences
from evaluations.queries.scores import vetoes
from evaluations.services import rounds, surveys
from members.models import Member, Post, Term
from orgs.facts import refresh
from orgs.models import (
    Coverage,
    Democracy,
    MassOrganization,
    Organization,
    OrganizationFacts,
    PartyOrganization,
    Venue,
    VenueUse,
)
from tests.evaluations.test_facts_of_branches import HALF, JUNE, appoint, duty, elected, record
from tests.evaluations.test_member_rounds import NAMES, decide, public, scored
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import of, opened, reviewed
from tests.surveys import UNTIL, closed, codes, paper, say

pytestmark = pytest.mark.django_db
CELLS = (Round, Evaluation, Score, Extra, Objection, Meeting, Rubric, RubricCriterion)
AGO = date(2021, 5, 4)

# what each kind of record is changed to, all of them at once
EDITS: dict[type[models.Model], dict[str, Any]] = {
    ActivityRecord: {"present": 1, "expected": 9, "credited": 0, "flags": "A6", "topic": "改过"},
    AppraisalGrade: {"grade": "UNQUALIFIED"},
    Appraisal: {"decided_on": None},
    Attendance: {"present": False, "reason": "PERSONAL"},
    Contribution: {"kind": "DECISIONS", "what": "改过"},
    Coverage: {"until": date(2026, 2, 1)},
    Democracy: {"held_on": date(2025, 1, 1)},
    Due: {"paid": 0},
    DutyTarget: {"done_on": None},
    Honour: {"title": "改过"},
    MassOrganization: {"closed_on": date(2026, 1, 1)},
    Member: {"name": "改名", "phone": "", "status": "PROBATIONARY", "born_on": AGO},
    Obligation: {"state": "OPEN"},
    Organization: {"name": "改名公司", "staff": 900},
    OrganizationFacts: {"size": None},
    PartyOrganization: {"term_ends_on": date(2020, 1, 1), "kind": "joint_branch"},
    Pledge: {"signed_on": AGO},
    PledgeItem: {"done_on": None},
    Post: {"until": date(2026, 2, 1)},
    RecordTopic: {"topic": "LAW"},
    Review: {"verdict": "ACCEPTED"},
    RoleModelPost: {"until": date(2026, 2, 1)},
    Term: {"ends_on": date(2024, 1, 1)},
    Training: {"hours": 0},
    Venue: {"name": "改名"},
    VenueUse: {"until": date(2026, 2, 1)},
}
REFUSED = {Survey: {"satisfied": 1}, SurveyPaper: {"sheets": 2}}  # they are of the round itself


def lived(city: City) -> None:
    """Half a year of a branch in which there is some of every kind of record."""
    branch, unit = city["CZ1111"], city.organization("明川电子", staff=30)
    of_branch: dict[str, Any] = {"party_organization": branch}
    city.cover(unit, "CZ1111")
    refresh(None, on=TODAY)
    people = [city.member(name, phone="13900000000", born_on=date(1990, 1, 1)) for name in NAMES]
    appoint(city, "SECRETARY", people[0], source="MANAGEMENT")
    elected(city, date(2028, 3, 1))
    appoint(city, "SECRETARY", of="CZ1112")  # its term is on the row of the branch alone
    PartyOrganization.objects.filter(code="CZ1112").update(term_ends_on=date(2028, 3, 1))
    for kind in ("LECTURE", "CONGRESS"):
        held = record(city, kind, credited=4, expected=3, present=3)
        Attendance.objects.bulk_create(Attendance(record=held, member=one, present=True) for one in people)
    RecordTopic.objects.create(record=held, topic="CARE")
    Honour.objects.create(
        **of_branch,
        member=people[0],
        name=people[0].name,
        title="劳动模范",
        level="CITY",
        given_by="市总工会",
        awarded_on=JUNE,
    )
    for _ in range(2):
        Review.objects.create(record=held, by=city.user("street"), at=timezone.now(), verdict="RETURNED", reason="补充")
    for month in (3, 6):
        duty(city, "CONGRESS", month)
        duty(city, "THEME_DAY", month)
    Training.objects.create(member=people[0], course="党校", held_on=JUNE, hours=24)
    Pledge.objects.create(**of_branch, year=2026, signed_with=city["CZ111"], signed_on=JUNE)
    PledgeItem.objects.create(**of_branch, year=2026, what="事项", due_on=JUNE, done_on=JUNE)
    RoleModelPost.objects.create(**of_branch, kind="AREA", name="一车间", member=people[1], since=LONG_AGO)
    for kind in ("PROPOSAL", "SERVICE"):
        Contribution.objects.create(**of_branch, kind=kind, what="建议", done_on=JUNE)
    DutyTarget.objects.create(**of_branch, member=people[1], year=2026, duty="质检", target="零差错", done_on=JUNE)
    days = dict.fromkeys(("self_on", "mutual_on", "polled_on", "decided_on"), JUNE)
    appraisal = Appraisal.objects.create(**of_branch, year=2026, **days)
    for one in people:
        AppraisalGrade.objects.create(appraisal=appraisal, member=one, grade="EXCELLENT")
        for month in range(1, 8):
            Due.objects.create(**of_branch, member=one, month=date(2026, month, 1), amount=50, paid=50)
    MassOrganization.objects.create(organization=unit, kind="UNION", founded_on=LONG_AGO)
    Democracy.objects.create(organization=unit, kind="CONGRESS", held_on=JUNE)
    venue = Venue.objects.create(name="党群服务中心", kind=Venue.Kind.values[0], managed_by=city["CZ111"])
    VenueUse.objects.create(**of_branch, venue=venue, since=LONG_AGO)
    Entry.objects.create(
        **of_branch,
        book="FUND",
        number=1,
        day=JUNE,
        kind="FEE",
        amount=100,
        balance=100,
        text="管理费",
        entered_at=timezone.now(),
    )


def final(city: City) -> list[Round]:
    """A round of members and one of branches with its survey, each taken to its end."""
    members = opened(city, subject="MEMBER")
    found = {one.name: one for one in members.evaluations.select_related("round", "party_organization", "member")}
    scored(city, found)
    decide(city, found, "甲")
    public(city, found)
    branches = opened(city, node="CZ111")
    survey = surveys.begin(by=city.user("street"), evaluation=of(branches, city["CZ1111"]), until=UNTIL, on=TODAY)
    for code in codes(city, survey, 10):
        say(code)
    paper(city, survey, GOOD=3)
    closed(city, survey)
    reviewed(city, branches)
    rounds.publish(by=city.user("city"), row=branches, on=date(2026, 12, 2))
    for row in (members, branches):
        rounds.finalise(by=city.user("city"), row=row, on=date(2026, 12, 20))
    return [members, branches]


def facts() -> Iterator[tuple[str, Any]]:
    """All that the criteria read now, with the records, and the vetoes."""
    branches = PartyOrganization.objects.filter(code__in=("CZ1111", "CZ1112"))
    those: dict[bool, Any] = {False: branches, True: Member.objects.filter(party_organization__in=branches)}
    for one in criteria:
        if one.source:
            told = (those[one.of_members], HALF, TODAY)
            records = {key: [*rows] for key, rows in one.source.records(*told).items()}
            yield one.code, (dict(one.source.facts(*told)), records)
    for rubric in Rubric.objects.filter(category__in=("ENTERPRISE", "MEMBER")).order_by("pk"):
        of_members = rubric.category == "MEMBER"
        yield f"veto {rubric.category}", vetoes(rubric, those[of_members], HALF, on=TODAY)


def moved(told: dict[str, Any]) -> bool:
    return any(now != told[code] for code, now in facts())


def cells() -> list[Any]:
    return [list(kind._base_manager.order_by("pk").values()) for kind in CELLS]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_no_cell_changes_whatever_kind_of_record_does(city: City) -> None:
    lived(city)
    with CaptureQueriesContext(connection) as asked:
        dict(facts())
    final(city)
    sql = " ".join(query["sql"] for query in asked)
    read = {kind for kind in apps.get_models() if f'"{kind._meta.db_table}"' in sql} - {Rubric}
    read -= {Arrears}  # they only spare the count of months of whoever is not behind
    assert read == {*EDITS, *REFUSED, Entry, Parameter, Evaluation, Round}, "every kind that is read is changed here"
    told, before = dict(facts()), cells()
    idle = []
    for kind, values in EDITS.items():
        with undone():
            assert kind._base_manager.update(**values), kind
            idle += [] if moved(told) else [kind]
            _stands(kind, before)
        if kind not in (Member, PartyOrganization):  # those cannot go: what is final names them
            with undone():
                kind._base_manager.all()._raw_delete("default")  # type: ignore[attr-defined]
                _stands(kind, before)
    assert idle == [], "a change that moves no fact would prove nothing"
    for kind, values in REFUSED.items():
        with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
            kind._base_manager.update(**values)
    _what_comes_changes_nothing(city, told, before)


def _what_comes_changes_nothing(city: City, told: dict[str, Any], before: list[Any]) -> None:
    """Books are only added to, parameters too."""
    Entry.objects.create(
        party_organization=city["CZ1111"], book="FUND", number=2, day=JUNE, kind="SPENT", amount=-100, balance=0, text="学习用书",
        entered_at=timezone.now(),
    )  # fmt: skip
    assert moved(told)
    _stands(Entry, before)
    told = dict(facts())
    Parameter.objects.create(
        key="life.member_hours", valid_from=LONG_AGO, value=99, note="文件", set_by=city.user("city")
    )
    assert moved(told)
    _stands(Parameter, before)


def _stands(kind: type[models.Model], before: list[Any]) -> None:
    assert [*differences(Evaluation.objects.all())] == [], kind
    assert cells() == before, kind
