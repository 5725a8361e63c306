"""Merging, dissolving and closing take along what is open: what ends later and what begins later too, and leave what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model

from core.refusals import Refusal
from instructors.models import Assignment, Instructor
from members.models import Member
from orgs.facts import differences, refresh
from orgs.models import (
    Appointment,
    Coverage,
    FormerManagement,
    Liaison,
    Organization,
    OrganizationFacts,
    Venue,
    VenueUse,
)
from orgs.services import bulk, coverage, duplicates, endings, party, venues
from tests.people import LONG_AGO, TODAY, City

BEFORE, LATER, LAST = TODAY - timedelta(days=30), TODAY + timedelta(days=10), TODAY + timedelta(days=40)
ACT = TODAY - timedelta(days=5)  # what is entered today happened then
PERIODS = {
    "open": (LONG_AGO, None),
    "over": (LONG_AGO, BEFORE),
    "ends later": (LONG_AGO, LATER),
    "begins later": (LATER, None),
    "begins and ends later": (LATER, LAST),
    "began after the act": (TODAY - timedelta(days=1), None),
}
KEPT = ("open", "ends later", "begins later")
Period = tuple[date, date | None]


def periods(rows: Any, *whose: str) -> list[tuple[Any, ...]]:
    return list(rows.order_by("since", "until", "pk").values_list(*whose, "since", "until"))


def sound(*, on: date = TODAY) -> None:
    assert differences(on=on) == []
    for day in (LATER, LAST):  # and whatever comes by itself is right too
        refresh(None, on=day)
        assert differences(on=day) == []
    refresh(None, on=TODAY)


@pytest.mark.parametrize(("since", "until"), PERIODS.values(), ids=PERIODS)
def test_a_merge_takes_coverages_along(city: City, since: date, until: date | None) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1111", "JOINT", since=since, until=until)
    refresh(None, on=TODAY)
    endings.merge(
        by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=TODAY, dissolved_on=ACT, reason="合并"
    )
    old, new = city["CZ1111"].pk, city["CZ1112"].pk
    after = {
        (LONG_AGO, None): [(old, LONG_AGO, ACT), (new, ACT, None)],
        (LONG_AGO, BEFORE): [(old, LONG_AGO, BEFORE)],
        (LONG_AGO, LATER): [(old, LONG_AGO, ACT), (new, ACT, LATER)],
    }.get((since, until), [(new, since, until)])
    assert periods(unit.coverages, "party_organization") == after
    sound()


@pytest.mark.parametrize(("since", "until"), PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("how", ["dissolved", "struck off"])
def test_what_is_dissolved_or_struck_off_covers_nobody_later(
    city: City, how: str, since: date, until: date | None
) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1111", "JOINT", since=since, until=until)
    Appointment.objects.filter(node=city["CZ1111"]).update(since=since, until=until)
    refresh(None, on=TODAY)
    if how == "dissolved":
        endings.dissolve(
            by=None, party_organization=city["CZ1111"], on=TODAY, dissolved_on=ACT, reason="撤销", end_coverages=True
        )
        [given] = periods(Appointment.objects.filter(node=city["CZ1111"], role="SECRETARY"))
        # rights end today, whatever day the node ended: on the days between, somebody had them
        assert given == (since, until if until == BEFORE else max(since, TODAY))
    else:
        change = bulk.to_status("STRUCK_OFF", status_on=ACT, end_coverages=True)
        bulk.apply(by=None, change=change, organization_ids=[unit.pk], on=TODAY)
    assert periods(unit.coverages) == [(since, until if until == BEFORE else max(since, ACT))]
    sound()


@pytest.mark.parametrize(
    ("since", "until"), [p for name, p in PERIODS.items() if name != "over"], ids=[n for n in PERIODS if n != "over"]
)
def test_nothing_is_dissolved_that_still_covers_or_will(city: City, since: date, until: date | None) -> None:
    city.cover(city.organization(), "CZ1111", "JOINT", since=since, until=until)
    with pytest.raises(Refusal, match="覆盖关系 1 条"):
        endings.dissolve(by=None, party_organization=city["CZ1111"], on=TODAY, reason="撤销")


def test_whoever_came_after_the_day_of_a_merge_came_to_the_other_at_once(city: City) -> None:
    early, late = city.organization(managed_by="CZ112"), city.organization(managed_by="CZ112")
    Organization.objects.filter(pk=late.pk).update(managed_since=TODAY)
    child = party.establish(
        by=None, name="新支部", kind="branch", parent=city["CZ112"], code="N", on=TODAY, established_on=TODAY
    )
    members = [city.member(of="CZ112"), city.member(of="CZ112")]
    Member.objects.filter(pk=members[1].pk).update(since=TODAY)
    refresh(None, on=TODAY)
    endings.merge(
        by=None, party_organization=city["CZ112"], into=city["CZ111"], on=TODAY, dissolved_on=ACT, reason="合并"
    )
    new = city["CZ111"].pk
    for row, day in ((early, ACT), (late, TODAY)):
        row.refresh_from_db()
        assert (row.managed_by_id, row.managed_since) == (new, day)
    assert periods(FormerManagement.objects, "organization") == [(early.pk, LONG_AGO, ACT)]
    child.refresh_from_db()
    assert (child.parent_id, child.parent_since) == (new, TODAY)
    for member, day in zip(members, (ACT, TODAY), strict=True):
        member.refresh_from_db()
        assert (member.party_organization_id, member.since) == (new, day)
    sound()


@pytest.mark.parametrize(("since", "until"), PERIODS.values(), ids=PERIODS)
def test_liaisons_and_rooms_go_along_with_a_merge_and_rooms_close_whole(
    city: City, since: date, until: date | None
) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1111")
    row: dict[str, Any] = {"since": since, "until": until}
    liaison = Liaison.objects.create(organization=unit, name="何某", appointed_by=city["CZ1111"], **row)
    room = Venue.objects.create(name="中心", kind="SHARED", managed_by=city["CZ111"])
    VenueUse.objects.create(venue=room, party_organization=city["CZ1111"], **row)
    refresh(None, on=TODAY)
    endings.merge(
        by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=TODAY, dissolved_on=ACT, reason="合并"
    )
    holder = city["CZ1111" if until == BEFORE else "CZ1112"].pk
    assert periods(room.uses, "party_organization") == [(holder, since, until)]
    liaison.refresh_from_db()
    assert liaison.appointed_by_id == holder
    sound()
    venues.venues.end(by=None, row=room, day=ACT, on=TODAY)
    assert periods(room.uses) == [(since, until if until == BEFORE else max(since, ACT))]
    sound()


def test_whom_the_larger_one_covers_meets_in_the_rooms_that_come_with_a_merge(city: City) -> None:
    unit = city.organization()
    city.cover(unit, "CZ1112", "JOINT")
    Venue.objects.create(name="活动室", kind="OWN", managed_by=city["CZ1111"])
    refresh(None, on=TODAY)
    endings.merge(by=None, party_organization=city["CZ1111"], into=city["CZ1112"], on=TODAY, reason="合并")
    assert OrganizationFacts.objects.get(pk=unit.pk).venue
    sound()


@pytest.mark.parametrize("dropped", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("kept", [PERIODS[name] for name in KEPT], ids=KEPT)
def test_two_records_become_one_and_two_again_with_all_their_periods(city: City, kept: Period, dropped: Period) -> None:
    keep, drop = city.organization(), city.organization()
    guide = Instructor.objects.create(name="吴某", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO)
    for unit, (since, until) in ((keep, kept), (drop, dropped)):
        city.cover(unit, "CZ1112", "JOINT", since=since, until=until)
        Assignment.objects.create(instructor=guide, organization=unit, since=since, until=until)
    refresh(None, on=TODAY)
    held = [(periods(unit.coverages, "end_reason"), periods(unit.assignments)) for unit in (keep, drop)]
    covered = set(OrganizationFacts.objects.exclude(form="").values_list("pk", flat=True))
    duplicates.merge(by=None, keep=keep, drop=drop, on=TODAY, reason="同一单位")
    assert keep.coverages.count() == keep.assignments.count() == 2
    for day in (TODAY, LATER, LAST):
        assert keep.coverages.on(day).count() <= 1
        assert keep.assignments.on(day).count() <= 1
    facts = OrganizationFacts.objects.get(pk=keep.pk)
    assert bool(facts.form) == bool(facts.instructor) == bool(covered), "who was covered today is"
    sound()
    drop.refresh_from_db()
    duplicates.unmerge(by=None, dropped=drop, on=TODAY, reason="弄错了")
    assert [(periods(unit.coverages, "end_reason"), periods(unit.assignments)) for unit in (keep, drop)] == held
    sound()


@pytest.mark.parametrize("into", ["CZ1111", None])
def test_a_record_taken_apart_is_not_covered_by_what_has_ended(city: City, into: str | None) -> None:
    keep, drop = city.organization(), city.organization()
    city.cover(keep, "CZ111", "JOINT")
    city.cover(drop, "CZ1112", "JOINT")
    refresh(None, on=TODAY)
    duplicates.merge(by=None, keep=keep, drop=drop, on=TODAY, reason="同一单位")
    told = {"by": None, "party_organization": city["CZ1112"], "dissolved_on": ACT, "on": TODAY, "reason": "调整"}
    if into:
        endings.merge(into=city[into], **told)
    else:
        endings.dissolve(**told)
    drop.refresh_from_db()
    duplicates.unmerge(by=None, dropped=drop, on=TODAY, reason="弄错了")
    old, new = city["CZ1112"].pk, [(city[into].pk, ACT, None)] if into else []
    assert periods(drop.coverages, "party_organization") == [(old, LONG_AGO, ACT), *new]
    assert not Coverage.objects.filter(until=None, party_organization__dissolved_on__isnull=False).exists()
    sound()


def _cover(city: City, row: Coverage) -> Model:
    return coverage.cover(
        by=None, organization=row.organization, party_organization=city["CZ111"], form="AREA", since=LATER, on=TODAY
    ).coverage


def _hand_over(city: City, row: Coverage) -> Model:
    return coverage.hand_over(by=None, coverage=row, to=city["CZ111"], form="AREA", since=LATER, on=TODAY)


@pytest.mark.parametrize(
    ("act", "period", "refusal"),
    [
        pytest.param(_cover, (LONG_AGO, LATER), None, id="the next one begins when this one ends"),
        pytest.param(_cover, (LONG_AGO, LAST), "请先终止或移交", id="this one ends later still"),
        pytest.param(_cover, (LONG_AGO, None), "请先终止或移交", id="this one goes on"),
        pytest.param(_cover, (LAST, None), "请先终止或移交", id="this one would begin beside the next"),
        pytest.param(_hand_over, (LONG_AGO, LAST), None, id="handed over ahead until it ends"),
        pytest.param(_hand_over, (LONG_AGO, LATER), "调整日期须早于这一天", id="over on the day of the handover"),
        pytest.param(_hand_over, (LONG_AGO, BEFORE), "不能再修改", id="over today"),
    ],
)
def test_one_primary_coverage_at_any_time(
    city: City, act: Callable[[City, Coverage], Model], period: Period, refusal: str | None
) -> None:
    unit = city.organization()
    row = city.cover(unit, "CZ1112", "JOINT", since=period[0], until=period[1])
    refresh(None, on=TODAY)
    if refusal:
        with pytest.raises(Refusal, match=refusal):
            act(city, row)
        return
    act(city, row)
    for day in (TODAY, LATER, LAST):
        assert unit.coverages.on(day).count() <= 1
    assert OrganizationFacts.objects.get(pk=unit.pk).covered_by == city["CZ1112"]
    refresh(None, on=LATER)
    assert OrganizationFacts.objects.get(pk=unit.pk).covered_by == city["CZ111"]


@pytest.mark.parametrize("how", ["handed over", "in another form"])
def test_who_took_over_a_coverage_that_a_merge_had_moved_covers_the_record_that_goes_apart(
    city: City, how: str
) -> None:
    keep, drop = city.organization(), city.organization()
    former = city.cover(drop, "CZ1111", "JOINT")
    refresh(None, on=TODAY)
    duplicates.merge(by=None, keep=keep, drop=drop, on=TODAY, reason="重复")
    former.refresh_from_db()
    told: dict[str, Any] = {"by": None, "coverage": former, "on": TODAY, "reason": "调整"}
    if how == "handed over":
        fresh = coverage.hand_over(to=city["CZ1112"], **told)
    else:
        fresh = coverage.change_form(form="AREA", **told)
    drop.refresh_from_db()
    duplicates.unmerge(by=None, dropped=drop, on=TODAY, reason="弄错了")
    assert set(drop.coverages.values_list("pk", "until")) == {(former.pk, TODAY), (fresh.pk, None)}
    assert not keep.coverages.exists()
    sound()
