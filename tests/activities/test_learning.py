"""Hours of a year: credited by records to who came and by courses, asked of members and more of who holds a post."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import Training
from activities.queries.branches import seats
from activities.queries.health import health_of
from activities.queries.learning import learned_of, missing, short, with_hours
from activities.services import records, reviews
from activities.services.learning import trainings
from core.indicators import indicators
from core.models import Parameter
from members.models import Member, Post
from members.services.members import move_to
from members.services.posts import posts
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from tests.filing import absent, file_record, members
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import carried_in

pytestmark = pytest.mark.django_db
WHOLE_DAY = {"kind": "LECTURE", "lecturer": "钱书记", "starts_at": time(9), "ends_at": time(17)}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def train(member: Member, hours: int = 32, *, course: str = "市委党校轮训", on: date = TODAY) -> Training:
    return trainings.add(by=None, member=member, course=course, held_on=on, hours=hours, on=TODAY)


def hours_of(member: Member, on: date = TODAY) -> Decimal:
    found: Decimal = with_hours(Member.objects.filter(pk=member.pk), on=on).get().hours  # type: ignore[attr-defined]
    return found


def lead(city: City, member: Member, *, of: str = "CZ1111", post: str = "MEMBER") -> Post:
    told = {"party_organization": city[of], "post": post, "member": member, "source": "STAFF", "since": LONG_AGO}
    return posts.add(by=None, on=TODAY, **told)


def test_hours_of_a_year_are_those_of_records_that_stand_and_of_courses(city: City) -> None:
    came, missed = members(city, 2)
    sat = absent(seats(city["CZ1111"], kind="LECTURE", day=TODAY), missed)
    file_record(city, kind="LECTURE", lecturer="钱书记", sat=sat)
    file_record(city, kind="THEME_DAY", starts_at=time(9), ends_at=time(11, 45), held_on=date(2026, 11, 18))
    file_record(city, kind="COMMITTEE")
    returned = file_record(city, kind="LECTURE", lecturer="钱书记", held_on=date(2026, 11, 17))
    reviews.send_back(by=city.user("street"), record=returned, reason="补充", at=timezone.now(), on=TODAY)
    file_record(city, kind="LECTURE", lecturer="钱书记", key=uuid4(), held_on=date(2025, 12, 30), on=date(2025, 12, 31))
    train(missed, 8)
    train(missed, 8, course="去年的课", on=date(2025, 11, 3))
    assert [hours_of(one) for one in (came, missed)] == [Decimal(4), Decimal("10.5")]
    assert hours_of(missed, date(2025, 12, 31)) == Decimal("9.5")
    assert hours_of(missed, date(2026, 11, 23)) == Decimal("2.5"), "not what came a day later"
    assert hours_of(missed, date(2027, 1, 1)) == 0


@pytest.mark.parametrize(
    ("post", "of", "wanted"), [("", "", 32), ("SECRETARY", "CZ1111", 56), ("MEMBER", "CZ1111", 56), ("DEPUTY", "CZ1112", 56)]
)  # fmt: skip
def test_who_holds_a_post_wherever_needs_more(city: City, post: str, of: str, wanted: int) -> None:
    refresh(None, on=TODAY)
    [one] = members(city, 1)
    if post:
        lead(city, one, of=of, post=post)
    train(one, 32)
    [row] = with_hours(Member.objects.all(), on=TODAY)
    assert (row.leads, row.wanted, missing(row)) == (bool(post), wanted, wanted - 32)
    assert short(with_hours(Member.objects.all(), on=TODAY)).exists() == (wanted > 32)
    assert differences(on=TODAY) == []


def test_what_is_asked_is_a_parameter(city: City) -> None:
    refresh(None, on=TODAY)
    [one] = members(city, 1)
    train(one, 30)
    assert told(city, "LEARNED") == (0, 1)
    Parameter.objects.create(key="life.member_hours", value=30, valid_from=LONG_AGO, set_by=city.user("city"))
    refresh(None, on=TODAY)
    assert told(city, "LEARNED") == (1, 1)


def told(city: City, code: str) -> tuple[int, int]:
    one = indicators[code]
    sums = live(city.scope("city")).whole(Narrow(), (one.numerator.code, one.denominator.code))
    return sums[one.numerator.code] or 0, sums[one.denominator.code] or 0


def test_the_figures_follow_whatever_is_done(city: City) -> None:
    refresh(None, on=TODAY)
    one, other = members(city, 2)
    refresh((), on=TODAY, nodes=[city["CZ1111"].pk])
    row = train(one, 28)
    kept = file_record(city, **WHOLE_DAY)
    assert (told(city, "LEARNED"), told(city, "LEADERS_LEARNED")) == ((1, 2), (0, 0))
    move_to(by=None, member=one, party_organization=city["CZ1112"], since=TODAY, on=TODAY)
    records.withdraw(by=city.user("secretary"), record=kept, on=TODAY)
    assert (told(city, "LEARNED"), differences(on=TODAY)) == ((0, 2), []), "counted where the member is now"
    trainings.change(by=None, row=row, on=TODAY, hours=60)
    post = lead(city, one, of="CZ1111")
    assert (told(city, "LEADERS_LEARNED"), differences(on=TODAY)) == ((1, 1), [])
    posts.end(by=None, row=post, day=TODAY, on=TODAY)
    assert (told(city, "LEADERS_LEARNED"), differences(on=TODAY)) == ((0, 0), [])
    assert told(city, "LEARNED") == (1, 2)
    assert other.pk


def test_a_course_is_entered_once_and_not_ahead(city: City) -> None:
    [one] = members(city, 1)
    train(one)
    with pytest.raises(ValidationError, match="已经登记"):
        train(one)
    with pytest.raises(ValidationError, match="在今天之后"):
        train(one, course="明天的课", on=date(2026, 11, 25))
    with pytest.raises(ValidationError, match="200"):
        train(one, 201, course="长课")


def test_courses_come_in_and_go_out_as_a_workbook(city: City) -> None:
    one, other = members(city, 2)
    table = f"党员,课程,日期,学时\n{one.name},区委党校,2026-11-02,8\n{other.name},区委党校,2026-11-02,4\n"
    for outcome in ("新增", "未变"):
        lines = carried_in(city.client("street"), "/admin/activities/training/", table.encode(), write=True)
        assert [line.outcome for line in lines] == [outcome, outcome]
    assert sorted(Training.objects.values_list("member", "hours")) == [(one.pk, 8), (other.pk, 4)]


def test_the_lists_are_narrowed_and_take_as_many_queries_for_many(city: City) -> None:
    client, numbers = city.client("street"), []
    [first] = members(city, 1)
    client.get("/branch/hours/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/branch/hours/").content.decode()
        numbers.append(len(queries))
        for one in members(city, 8):
            train(one, 8)
    assert numbers[0] == numbers[1] <= 20
    assert first.name in page
    assert [city.client(who).get("/branch/hours/").status_code for who in ("secretary", "leader", "auditor")] == [
        200, 403, 403,
    ]  # fmt: skip
    assert first.name not in city.client("stranger").get("/branch/hours/").content.decode()


def test_who_lacks_hours_is_listed_with_how_many(city: City) -> None:
    enough, lacking, leading = members(city, 3)
    lead(city, leading)
    for one, number in ((enough, 32), (lacking, 31), (leading, 55)):
        train(one, number)
    client = city.client("secretary")
    all_of_them = client.get("/branch/hours/").content.decode()
    assert all(one.name in all_of_them for one in (enough, lacking, leading))
    page = client.get("/branch/hours/?short=on")
    rows = {row.name: (row.wanted, missing(row)) for row, _ in page.context["rows"]}
    assert rows == {lacking.name: (32, 1), leading.name: (56, 1)}
    leaders = client.get("/branch/hours/?leads=on").context["rows"]
    assert [row.name for row, _ in leaders] == [leading.name]
    found = learned_of(city["CZ1111"], on=TODAY)
    assert (found.total, found.enough, found.leaders, found.leaders_enough) == (3, 1, 1, 0)
    mends = [one.what for one in health_of(city["CZ1111"], on=TODAY).mends]
    assert "2 名党员今年学时还不够，其中书记和班子成员 1 名" in mends


def test_the_page_of_a_member_says_what_was_learned(city: City) -> None:
    [one] = members(city, 1)
    train(one, 8)
    address = f"/admin/members/member/{one.pk}/change/"
    said = city.client("street").get(address).content.decode()
    assert "2026 年 8 学时，应修 32 学时" in said
    assert "市委党校轮训" in said
    assert f"/admin/activities/training/add/?member={one.pk}" in said
    seen = city.client("secretary").get(address).content.decode()
    assert "2026 年 8 学时" in seen
    assert "/admin/activities/training/add/" not in seen
