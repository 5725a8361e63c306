"""What is due is laid out for all branches at once and settled by the first record of its period."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Obligation
from activities.queries.branches import expected, seats
from activities.queries.lists import unreported
from activities.queries.reviews import reviewable
from activities.services import months, obligations, records, reviews
from activities.services.obligations import LAYING_OUT, lay_out
from core.jobs import Progress, job_kinds
from core.models import AuditEntry, Job, Parameter
from core.months import YearMonth
from core.refusals import Refusal
from members.models import PartyGroup, Post
from members.services import members as enrolled
from orgs.models import PartyOrganization
from orgs.services import endings
from orgs.services.party import establish
from tests.filing import MONTH, file_record, members
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db
OCTOBER = YearMonth(2026, 10)


def laid(city: City, code: str = "CZ1111") -> dict[str, tuple[str, str]]:
    """Kind of each duty of a branch: month and state."""
    rows = Obligation.objects.filter(party_organization=city[code])
    return {kind: (f"{month:%m}", state) for kind, month, state in rows.values_list("kind", "month", "state")}


def test_the_duties_of_month_quarter_and_year_stand_in_the_month_of_their_last_day(city: City):
    assert lay_out(on=TODAY) == 14
    assert {kind: month for kind, (month, _) in laid(city).items()} == {
        "ANY": "11", "THEME_DAY": "11", "CONGRESS": "12", "LECTURE": "12", "TALK": "12", "LIFE_MEETING": "12",
        "APPRAISAL": "12",
    }  # fmt: skip
    assert laid(city).keys() == laid(city, "CZ1112").keys()
    assert not Obligation.objects.exclude(party_organization__code__in=["CZ1111", "CZ1112"]).exists()


def test_an_election_stands_in_the_month_of_its_term_and_is_not_asked_for_once_that_is_over(city: City):
    PartyOrganization.objects.filter(pk=city["CZ1111"].pk).update(term_ends_on=date(2026, 12, 20))
    PartyOrganization.objects.filter(pk=city["CZ1112"].pk).update(term_ends_on=date(2026, 10, 20))
    lay_out(on=TODAY)
    assert laid(city)["ELECTION"] == ("12", "OPEN")
    assert "ELECTION" not in laid(city, "CZ1112")


def test_laying_out_again_adds_nothing_and_follows_what_a_branch_becomes(city: City):
    lay_out(on=TODAY)
    assert lay_out(on=TODAY) == 0
    for post in ("SECRETARY", "DEPUTY", "MEMBER"):
        Post.objects.create(party_organization=city["CZ1111"], post=post, name=post, source="STAFF", since=LONG_AGO)
    groups = [
        PartyGroup.objects.create(party_organization=city["CZ1111"], name=name, since=LONG_AGO)
        for name in ("一组", "二组")
    ]
    assert lay_out(on=TODAY) == 3
    due = Obligation.objects.filter(party_organization=city["CZ1111"], kind="GROUP").order_by("pk")
    assert list(due.values_list("group", "why")) == [
        (groups[0].pk, "设有党小组“一组”，故每月应召开党小组会"), (groups[1].pk, "设有党小组“二组”，故每月应召开党小组会"),
    ]  # fmt: skip
    file_record(city, kind="GROUP", group=groups[0], sat=[])
    assert list(due.values_list("state", flat=True)) == ["ON_TIME", "OPEN"]
    Post.objects.all().delete()
    lay_out(on=TODAY)
    assert "COMMITTEE" not in laid(city)


def test_a_committee_is_assumed_where_so_many_are_formal_and_no_post_is_known(city: City):
    members(city, 7)
    members(city, 6, of="CZ1112")
    lay_out(on=TODAY)
    assert "COMMITTEE" in laid(city)
    assert "COMMITTEE" not in laid(city, "CZ1112")


def test_a_parameter_takes_a_duty_away_from_its_day_on(city: City):
    lay_out(on=TODAY)
    Parameter.objects.create(key="life.theme_day", valid_from=TODAY, value=0, note="通知", set_by=city.user("city"))
    lay_out(on=TODAY)
    assert "THEME_DAY" not in laid(city)


def test_a_record_of_any_day_of_the_period_settles_it_and_the_first_one_decides(city: City):
    lay_out(on=date(2026, 10, 8))
    file_record(city, kind="CONGRESS", held_on=date(2026, 10, 9), on=date(2026, 10, 12))
    assert laid(city)["CONGRESS"] == ("12", "ON_TIME")
    assert laid(city)["ANY"] == ("10", "ON_TIME")
    file_record(city, held_on=date(2026, 10, 30), on=date(2026, 11, 6))
    assert laid(city)["THEME_DAY"] == ("10", "LATE"), "three working days after Saturday the 31st end on the 4th"
    file_record(city, held_on=date(2026, 10, 29), on=date(2026, 11, 20))
    first = Obligation.objects.get(party_organization=city["CZ1111"], kind="THEME_DAY").record
    assert first.held_on == date(2026, 10, 30)


def test_what_was_filed_before_it_was_due_settles_it_when_it_is_laid_out(city: City):
    file_record(city, kind="LECTURE", held_on=date(2026, 10, 9), on=date(2026, 10, 12), lecturer="钱书记")
    lay_out(on=TODAY)
    assert laid(city)["LECTURE"] == ("12", "ON_TIME")
    assert laid(city)["ANY"] == ("11", "OPEN")


def test_a_branch_that_is_gone_owes_nothing_more_and_the_past_stays(city: City):
    lay_out(on=date(2026, 10, 8))
    lay_out(on=TODAY)
    endings.merge(by=city.user("city"), party_organization=city["CZ1111"], into=city["CZ1112"], reason="合并", on=TODAY)
    lay_out(on=TODAY)
    assert {month for month, _ in laid(city).values()} == {"10"}


def test_laying_out_takes_as_many_queries_for_forty_branches_as_for_two(city: City):
    with CaptureQueriesContext(connection) as two:
        lay_out(on=TODAY)
    for number in range(40):
        branch = establish(
            by=None, name=f"支部{number}", kind="branch", parent=city["CZ111"], code=f"B{number}", on=LONG_AGO
        )
        city.nodes[branch.code] = branch
    Obligation.objects.all().delete()
    with CaptureQueriesContext(connection) as many:
        assert lay_out(on=TODAY) == 42 * 7
    assert len(many) == len(two)


def test_a_closed_month_asks_for_a_reason_and_a_locked_one_takes_nothing(city: City):
    lay_out(on=date(2026, 10, 8))
    told = {"by": city.user("city"), "month": OCTOBER, "at": timezone.now()}
    late = {"held_on": date(2026, 10, 30), "on": TODAY}
    with pytest.raises(Refusal, match="还没有结束"):
        months.close_month(**told | {"month": MONTH}, on=TODAY)
    with pytest.raises(Refusal, match="请先关账"):
        months.lock_month(**told)
    months.close_month(**told, on=TODAY)
    with pytest.raises(Refusal, match="2026-10 已关账，补报请填写迟报原因"):
        file_record(city, **late)
    record = file_record(city, **late, late_reason="书记住院")
    assert (record.late_reason, laid(city)["THEME_DAY"][1]) == ("书记住院", "LATE")
    months.lock_month(**told)
    with pytest.raises(Refusal, match="已锁定，不能再填报"):
        file_record(city, **late, late_reason="书记住院")
    with pytest.raises(Refusal, match="已锁定"):
        reviews.accept(by=city.user("street"), record=record, at=timezone.now(), on=TODAY)
    note = reviews.add_note(by=city.user("street"), record=record, text="地点应为二楼", at=timezone.now())
    assert note.verdict == "NOTE"
    with pytest.raises(Refusal, match="写明原因"):
        months.reopen_month(**told, reason=" ", on=TODAY)
    assert months.reopen_month(**told, reason="台风停工补报", on=TODAY).reason == "台风停工补报"
    assert months.state_of(date(2026, 10, 5)) == "OPEN"
    said = AuditEntry.objects.filter(model="activities.activitymonth").order_by("pk")
    assert list(said.values_list("action", flat=True)) == [
        "activities.close_month", "activities.lock_month", "activities.reopen_month",
    ]  # fmt: skip


def test_what_stands_in_a_locked_month_stays_whatever_comes_for_its_period_until_that_is_open_again(city: City):
    """A quarter reaches into months that are not locked; a record that came back may not be taken out of one that is."""
    september, july = YearMonth(2026, 9), date(2026, 7, 20)
    lay_out(on=date(2026, 9, 8))
    told = {"by": city.user("city"), "month": september, "at": timezone.now()}
    back = file_record(city, held_on=date(2026, 9, 20), on=date(2026, 9, 21))
    reviews.send_back(by=city.user("street"), record=back, reason="请补充", at=timezone.now(), on=TODAY)
    months.close_month(**told, on=TODAY)
    months.lock_month(**told)
    stood = laid(city)
    assert (stood["ANY"], stood["CONGRESS"]) == (("09", "ON_TIME"), ("09", "OPEN"))
    with pytest.raises(Refusal, match="2026-09 已锁定"):
        file_record(city, held_on=date(2026, 11, 20), key=back.draft_key)
    record = file_record(city, kind="CONGRESS", held_on=july, late_reason="补报")
    assert laid(city) == stood
    months.reopen_month(**told, reason="审计", on=TODAY)
    assert laid(city)["CONGRESS"] == ("09", "LATE")
    months.close_month(**told, on=TODAY)
    months.lock_month(**told)
    records.withdraw(by=city.user("secretary"), record=record, on=TODAY)
    assert laid(city)["CONGRESS"] == ("09", "LATE")


def test_that_nothing_was_held_can_be_taken_back(city: City):
    lay_out(on=TODAY)
    told = {"by": city.user("secretary"), "on": TODAY}
    obligations.not_held(party_organization=city["CZ1111"], month=MONTH, reason="停产", kinds=["THEME_DAY"], **told)
    duty = Obligation.objects.get(party_organization=city["CZ1111"], kind="THEME_DAY")
    assert AuditEntry.objects.filter(action="activities.not_held", object_id=str(duty.pk), reason="停产").exists()
    obligations.held_after_all(obligation=duty, **told)
    assert laid(city)["THEME_DAY"][1] == "OPEN"
    with pytest.raises(Refusal, match="不需要撤回"):
        obligations.held_after_all(obligation=duty, **told)


def test_each_sees_and_files_what_is_theirs(city: City):
    members(city, 3)
    lay_out(on=TODAY)
    record = file_record(city)
    seen = {
        name: Obligation.objects.changeable(city.scope(name)).open().filter(begins_on__lte=TODAY).fileable().count()
        for name in ("secretary", "street", "stranger", "leader")
    }
    assert seen == {"secretary": 5, "street": 12, "stranger": 0, "leader": 0}
    assert Obligation.objects.within(city.scope("secretary")).of_month(MONTH).count() == 2
    assert [unreported(city.scope("street"), on=day).count() for day in (date(2026, 12, 3), date(2026, 12, 4))] == [
        0,
        2,
    ]
    waiting = {
        name: list(reviewable(city.scope(name), on=TODAY).waiting())
        for name in ("secretary", "street", "district", "stranger")
    }
    assert waiting == {"secretary": [], "street": [record], "district": [record], "stranger": []}


def test_who_should_come_follows_the_kind_and_the_day(city: City):
    early, late, gone = members(city, 3)
    group = PartyGroup.objects.create(party_organization=city["CZ1111"], name="一组", since=LONG_AGO)
    type(early).objects.filter(pk=early.pk).update(party_group=group)
    type(late).objects.filter(pk=late.pk).update(since=date(2026, 11, 1))
    Post.objects.create(
        party_organization=city["CZ1111"], post="DEPUTY", member=late, name="副", source="STAFF", since=LONG_AGO
    )
    enrolled.move_to(by=None, member=gone, party_organization=city["CZ1112"], since=date(2026, 11, 10), on=TODAY)
    told = {"party_organization": city["CZ1111"]}

    def who(kind: str, day: date, **more: object) -> list[str] | None:
        found = expected(**told, kind=kind, day=day, **more)
        return None if found is None else [one.name for one in found]

    assert who("THEME_DAY", date(2026, 10, 31)) == [early.name, gone.name]
    assert who("THEME_DAY", date(2026, 11, 9)) == [early.name, late.name, gone.name]
    assert who("THEME_DAY", date(2026, 11, 10)) == [early.name, late.name]
    assert who("GROUP", TODAY, group=group) == [early.name]
    assert who("COMMITTEE", TODAY) == [late.name]
    assert who("TALK", TODAY) is None


def test_who_was_away_for_long_is_away_on_the_next_list(city: City):
    floating, sick, well = members(city, 3)
    sat = seats(city["CZ1111"], kind="THEME_DAY", day=date(2026, 10, 20))
    from_now = {floating.pk: "FLOATING", sick.pk: "SICK"}
    sat = [
        type(one)(one.member_id, present=one.member_id not in from_now, reason=from_now.get(one.member_id, ""))
        for one in sat
    ]
    file_record(city, held_on=date(2026, 10, 20), on=date(2026, 10, 21), sat=sat)
    next_list = {one.name: (one.present, one.reason) for one in seats(city["CZ1111"], kind="THEME_DAY", day=TODAY)}
    assert next_list == {floating.name: (False, "FLOATING"), sick.name: (True, ""), well.name: (True, "")}


def test_a_server_that_stood_still_leaves_no_month_out(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    Job.objects.create(kind=LAYING_OUT, day=date(2026, 8, 20), status="DONE")
    Job.objects.create(kind=LAYING_OUT, day=date(2026, 10, 5), status="FAILED")
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)
    job_kinds[LAYING_OUT].run(Job(kind=LAYING_OUT), Progress())
    months = set(Obligation.objects.filter(kind="ANY").values_list("month", flat=True))
    assert months == {date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)}
