"""Several at once: a double click makes one record, two branches do not book one room, nobody reviews what was taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from activities.models import ActivityRecord, Attendance, Obligation, Plan, Review
from activities.services import obligations, records, reviews
from activities.services.plans import plans
from core.models import AuditEntry
from core.refusals import Refusal
from orgs.models import Venue
from tests.filing import file_record, members
from tests.people import TODAY, City, build_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave, or the refusal that it met; all begin together."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_record_sent_six_times_at_once_is_written_once(city: City):
    members(city, 12)
    obligations.lay_out(on=TODAY)
    key = uuid4()
    found = at_once(*[lambda: file_record(city, key=key)] * 6)
    assert len({record.pk for record in found}) == 1
    assert (ActivityRecord.objects.count(), Attendance.objects.count()) == (1, 12)
    assert AuditEntry.objects.filter(action="activities.submit").count() == 1


def test_drafts_that_arrive_with_the_record_lose_nothing(city: City):
    members(city, 3)
    key = uuid4()
    draft = {"by": city.user("secretary"), "party_organization": city["CZ1111"], "kind": "THEME_DAY", "draft_key": key}
    at_once(
        lambda: records.save_draft(**draft, typed={"topic": "学"}, at=timezone.now()),
        lambda: file_record(city, key=key),
        lambda: records.save_draft(**draft, typed={"topic": "学习"}, at=timezone.now()),
    )
    record = ActivityRecord.objects.get()
    assert (record.status, record.topic, record.typed) == ("SUBMITTED", "学习全会精神", {})


def test_records_of_one_branch_at_once_settle_each_its_own(city: City):
    members(city, 3)
    obligations.lay_out(on=TODAY)
    kinds = ("THEME_DAY", "CONGRESS", "LECTURE", "TALK")
    at_once(*[lambda kind=kind: file_record(city, kind=kind, lecturer="钱书记") for kind in kinds])  # type: ignore[misc]
    settled = Obligation.objects.filter(party_organization=city["CZ1111"], state="ON_TIME")
    assert {*settled.values_list("kind", flat=True)} == {"ANY", *kinds}


def test_one_room_is_booked_by_one_branch(city: City):
    venue = Venue.objects.create(name="党群服务中心", kind="SHARED", managed_by=city["CZ111"])

    def book(code: str) -> Plan:
        return plans.add(
            by=city.user("street"), party_organization=city[code], kind="THEME_DAY", planned_on=date(2026, 12, 1),
            starts_at=time(9), ends_at=time(11), venue=venue, on=TODAY,
        )  # fmt: skip

    told = at_once(*[lambda code=code: book(code) for code in ("CZ1111", "CZ1112") * 2])  # type: ignore[misc]
    assert sum(isinstance(one, Plan) for one in told) == Plan.objects.count() == 1
    assert all("已由" in str(one) for one in told if isinstance(one, Refusal))


def test_a_record_is_taken_back_or_accepted_and_never_both(city: City):
    members(city, 3)
    for _ in range(3):
        record = file_record(city)
        told = at_once(
            lambda record=record: records.withdraw(by=city.user("secretary"), record=record, on=TODAY),  # type: ignore[misc]
            lambda record=record: reviews.accept(  # type: ignore[misc]
                by=city.user("street"), record=record, at=timezone.now(), on=TODAY
            ),
        )
        assert sum(isinstance(one, Refusal) for one in told) == 1
        record.refresh_from_db()
        assert (record.status == "ACCEPTED") == Review.objects.filter(record=record).exists()


def test_duties_laid_out_while_records_come_in_are_settled_the_next_night(city: City):
    members(city, 3)
    at_once(lambda: obligations.lay_out(on=TODAY), lambda: file_record(city), lambda: obligations.lay_out(on=TODAY))
    obligations.lay_out(on=TODAY)
    assert Obligation.objects.get(party_organization=city["CZ1111"], kind="THEME_DAY").state == "ON_TIME"
    assert Obligation.objects.count() == 14
