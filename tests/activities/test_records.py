"""A record is typed, handed in once, taken back, reviewed; its duties are settled with it."""

from __future__ import annotations

from datetime import date, time
from uuid import uuid4

import pytest
from django.utils import timezone

from activities.models import ActivityRecord, Attendance, Obligation
from activities.queries.branches import seats
from activities.rules.checks import Seat, Vote
from activities.services import months, obligations, records, reviews
from activities.services.records import Unfinished
from core.days import InFuture
from core.models import AuditEntry
from core.refusals import Refusal
from tests.filing import HELD, MONTH, absent, file_record, members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


def states(city: City, code: str = "CZ1111") -> dict[str, str]:
    rows = Obligation.objects.filter(party_organization=city[code]).order_by("month", "kind")
    return dict(rows.values_list("kind", "state"))


def test_a_record_of_twelve_with_one_absence_is_handed_in_and_settles_its_month(city: City):
    people = members(city)
    obligations.lay_out(on=TODAY)
    assert states(city)["THEME_DAY"] == states(city)["ANY"] == "OPEN"
    sat = absent(twelve(city), people[3])
    record = file_record(city, sat=sat, topics=["LAW", "MANAGEMENT"])
    assert (record.status, record.expected, record.present, record.flags) == ("SUBMITTED", 12, 11, "")
    assert str(record.credited) == "1.5"
    assert states(city)["THEME_DAY"] == states(city)["ANY"] == "ON_TIME"
    assert states(city)["LECTURE"] == "OPEN"
    entry = AuditEntry.objects.filter(action="activities.submit").get()
    assert entry.changes["absent"] == ["", "党员4（病假）"]
    assert entry.changes["topics"] == ["", "法制教育、与管理层沟通"]
    assert record.entered_by is None


def twelve(city: City) -> list[Seat]:
    return seats(city["CZ1111"], kind="THEME_DAY", day=HELD)


def test_a_draft_is_kept_as_typed_and_handed_in_once(city: City):
    members(city, 3)
    key, told = uuid4(), {"by": city.user("secretary"), "party_organization": city["CZ1111"], "kind": "THEME_DAY"}
    for typed in ({"held_on": "2026-11-"}, {"held_on": "2026-11-20", "content": "学"}):
        draft = records.save_draft(**told, draft_key=key, typed=typed, at=timezone.now())
    assert ActivityRecord.objects.get().typed == {"held_on": "2026-11-20", "content": "学"}
    assert AuditEntry.objects.filter(action="activities.draft").count() == 1
    first, second = file_record(city, key=key), file_record(city, key=key)
    assert first.pk == second.pk == draft.pk
    assert (ActivityRecord.objects.count(), Attendance.objects.count()) == (1, 3)
    assert ActivityRecord.objects.get().typed == {}
    with pytest.raises(Refusal, match="已提交"):
        file_record(city, key=key, topic="别的主题")
    with pytest.raises(Refusal, match="已提交"):
        records.save_draft(**told, draft_key=key, typed={}, at=timezone.now())


def test_all_errors_are_said_at_once_and_nothing_is_written(city: City):
    people = members(city, 4)
    sat = absent(twelve(city), people[0], reason="")[:3]
    with pytest.raises(Unfinished) as refused:
        file_record(city, sat=sat, topic="", held_on=date(2026, 11, 20), ends_at=time(17, 0))
    assert [one.code for one in refused.value.findings] == ["A1", "A1", "A2", "A3"]
    assert not ActivityRecord.objects.exists()
    with pytest.raises(InFuture, match="在今天之后"):
        file_record(city, held_on=date(2026, 12, 1))


def test_only_formal_members_vote_and_the_votes_must_add_up(city: City):
    members(city, 4)
    city.member(status="PROBATIONARY")
    with pytest.raises(Unfinished, match="共 5 票，与到会有表决权的 4 人不符"):
        file_record(city, kind="CONGRESS", votes=[Vote("同意接收", 5, 0, 0, "钱书记", TODAY)])
    record = file_record(city, kind="CONGRESS", votes=[Vote("同意接收", 3, 0, 1, "钱书记", TODAY)])
    assert list(record.decisions.values_list("yes", "no", "abstained")) == [(3, 0, 1)]


def test_nobody_of_another_branch_is_taken_or_named(city: City):
    members(city, 3)
    stranger = city.member("外支部党员", of="CZ1112")
    for kind in ("THEME_DAY", "TALK"):
        with pytest.raises(Refusal, match="有 1 名党员 2026-11-20 不在本支部名册上") as refused:
            file_record(city, kind=kind, sat=[*twelve(city), Seat(stranger.pk)])
        assert stranger.name not in str(refused.value)
    twice = twelve(city) * 2
    assert file_record(city, sat=twice).expected == 3


def test_what_came_back_is_mended_after_its_month_was_closed_and_is_never_thrown_away(city: City):
    members(city, 3)
    key, street = uuid4(), {"by": city.user("street"), "at": timezone.now()}
    told = {"held_on": date(2026, 10, 20), "key": key}
    record = file_record(city, **told, on=date(2026, 10, 21))
    reviews.send_back(record=record, reason="请补充发言要点", on=TODAY, **street)
    months.close_month(by=None, month=MONTH.plus(-1), at=timezone.now(), on=TODAY)
    draft = {"by": None, "party_organization": city["CZ1111"], "draft_key": key, "typed": {"topic": "补"}}
    assert records.save_draft(kind="LECTURE", at=timezone.now(), **draft).kind == "THEME_DAY"
    again = file_record(city, **told, content="补充了发言要点。" * 20)
    assert (again.status, again.submitted_on) == ("SUBMITTED", date(2026, 10, 21))
    records.withdraw(by=None, record=again, on=TODAY)
    with pytest.raises(Refusal, match="退回过的记录不能删除"):
        records.discard(by=None, record=again)


def test_the_street_returns_with_a_reason_and_accepts_what_comes_again(city: City):
    members(city, 3)
    key, street = uuid4(), city.user("street")
    told = {"by": street, "at": timezone.now(), "on": TODAY}
    record = file_record(city, key=key)
    with pytest.raises(Refusal, match="写明原因"):
        reviews.send_back(record=record, reason=" ", **told)
    reviews.send_back(record=record, reason="请补充发言要点", **told)
    assert ActivityRecord.objects.get().status == "RETURNED"
    obligations.lay_out(on=TODAY)
    assert states(city)["THEME_DAY"] == "ON_TIME", "a returned record was handed in"
    again = file_record(city, key=key, content="补充了发言要点。" * 20)
    assert (again.pk, again.status) == (record.pk, "SUBMITTED")
    reviews.accept(record=again, **told)
    assert list(again.reviews.order_by("pk").values_list("verdict", flat=True)) == ["RETURNED", "ACCEPTED"]
    with pytest.raises(Refusal, match="不在待审核之列"):
        reviews.accept(record=again, **told)


def test_who_files_in_the_name_of_a_branch_is_named_and_reviews_nothing_of_it(city: City):
    members(city, 3)
    record = file_record(city, by="street")
    assert record.entered_by == city.user("street")
    with pytest.raises(Refusal, match="自己代填"):
        reviews.accept(by=city.user("street"), record=record, at=timezone.now(), on=TODAY)
    assert reviews.accept_clean(by=city.user("street"), records=[record.pk], at=timezone.now(), on=TODAY) == []
    assert reviews.accept_clean(by=city.user("district"), records=[record.pk], at=timezone.now(), on=TODAY) == [
        record.pk
    ]
    assert AuditEntry.objects.filter(action="activities.accept", object_id=str(record.pk)).exists()


def test_a_record_taken_back_opens_what_it_settled(city: City):
    members(city, 3)
    obligations.lay_out(on=TODAY)
    key = uuid4()
    record = file_record(city, key=key)
    records.withdraw(by=city.user("secretary"), record=record, on=TODAY)
    assert states(city)["THEME_DAY"] == states(city)["ANY"] == "OPEN"
    assert ActivityRecord.objects.get().submitted_on is None
    file_record(city, key=key, on=date(2026, 12, 20), late_reason="书记出差")
    assert states(city)["THEME_DAY"] == "LATE"


def test_not_held_is_said_once_for_all_monthly_duties_and_gives_way_to_a_record(city: City):
    members(city, 3)
    obligations.lay_out(on=TODAY)
    told = {"by": city.user("secretary"), "party_organization": city["CZ1111"], "month": MONTH, "on": TODAY}
    assert obligations.not_held(reason="企业停产检修", **told) == 2
    assert states(city)["THEME_DAY"] == states(city)["ANY"] == "NOT_HELD"
    with pytest.raises(Refusal, match="没有需要说明"):
        obligations.not_held(reason="企业停产检修", **told)
    record = file_record(city)
    assert states(city)["THEME_DAY"] == states(city)["ANY"] == "ON_TIME"
    records.withdraw(by=city.user("secretary"), record=record, on=TODAY)
    assert {*Obligation.objects.filter(kind__in=["THEME_DAY", "ANY"]).values_list("state", "reason")} == {("OPEN", "")}
