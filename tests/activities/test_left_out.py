"""What one more kind, topic or column of a record would forget without an error: each is decided here, or named as an exception."""

from __future__ import annotations

import pytest

from activities.forms import RecordForm
from activities.models import ActivityRecord, Kind, RecordTopic
from activities.models.months import DUTIES
from activities.queries.asks import asks
from activities.queries.branches import INTERVALS
from activities.rules.checks import WITH_A_ROLL
from activities.rules.frequency import SENTENCES
from activities.services.records import EDITABLE
from activities.wording import as_text
from tests.filing import file_record
from tests.people import City


def test_whatever_may_be_due_has_a_frequency_and_a_reason() -> None:
    assert set(INTERVALS) == set(SENTENCES) == {kind for kind, _ in DUTIES} - {"ELECTION"}, (
        "an election follows the term"
    )


def test_of_each_kind_it_is_decided_whether_people_are_called() -> None:
    assert set(WITH_A_ROLL) == set(Kind.values) - {"TALK", "OTHER"}


def test_every_topic_of_the_opinion_is_asked_for() -> None:
    assert {ask.topic for ask in asks if ask.topic} == set(RecordTopic.Topic) - {"SAFETY"}, "安全生产 is no ask of it"


def test_the_form_has_what_the_service_writes() -> None:
    assert set(RecordForm.base_fields) == EDITABLE | {"topics"}


@pytest.mark.django_db
def test_whatever_is_filed_stands_in_the_minutes(city: City) -> None:
    city.member()
    record = file_record(city, kind="LECTURE", lecturer="孙讲师", late_reason="出差", owners=7, managers=8, employees=9)
    text = as_text(record)
    told = {"campaign": "活动一", "group": "第三组", "venue": "共享厅", "adopted_from": "做法二"}
    related = {name: ActivityRecord._meta.get_field(name).related_model(**{key: told[name]}) for name, key in (
        ("campaign", "name"), ("group", "name"), ("venue", "name"), ("adopted_from", "title"))}  # fmt: skip
    for name, row in related.items():
        setattr(record, name, row)
        assert told[name] in as_text(record), name
    shown = {"gathering": "集中", "working_time": "业余", "starts_at": "17:30", "ends_at": "19:00"}
    for name in EDITABLE - related.keys():
        assert shown.get(name, str(getattr(record, name))) in text, name
