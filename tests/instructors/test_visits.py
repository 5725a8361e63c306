"""Instructors are assigned and visit; a visit is evidence, a late one is named; the phone page is the instructor's own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.days import InFuture
from core.models import AuditEntry
from core.refusals import Refusal
from instructors import services
from instructors.models import Assignment, Instructor, Visit
from instructors.queries import open_assignments, overdue, state_due
from instructors.rules import due_on
from orgs.models import Organization, OrganizationFacts
from orgs.services import duplicates
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db


def select(city: City, user: str = "instructor", node: str = "CZ111") -> Instructor:
    """An instructor sent by a street, with an account of one of the named people."""
    values = {"name": "吴指导", "source": "RETIRED", "user": city.user(user) if user else None}
    return services.instructors.add(by=city.user("street"), sent_by=city[node], since=LONG_AGO, on=TODAY, **values)


def assign(
    city: City, unit: Organization, instructor: Instructor, since: date = LONG_AGO, on: date = TODAY
) -> Assignment:
    """Let the instructor look after an organization."""
    return services.assignments.add(
        by=city.user("street"), instructor=instructor, organization=unit, since=since, on=on
    )


@pytest.mark.parametrize(
    ("visited_on", "per_quarter", "due"),
    [
        (None, 1, date(2026, 4, 3)),
        (date(2026, 2, 1), 1, date(2026, 5, 4)),
        (date(2026, 2, 1), 2, date(2026, 3, 19)),
        (date(2025, 12, 1), 1, date(2026, 4, 3)),
    ],
    ids=["never", "once", "twice-a-quarter", "visit-of-a-predecessor"],
)
def test_the_next_visit_is_counted_from_the_newest_or_from_the_assignment(visited_on, per_quarter, due):
    assert due_on(assigned_on=date(2026, 1, 1), visited_on=visited_on, visits_per_quarter=per_quarter) == due


def test_assignment_and_visit_are_facts_at_once(city: City):
    unit, instructor = city.organization(staff=128), select(city)
    assignment = assign(city, unit, instructor)
    facts = OrganizationFacts.objects.get(pk=unit.pk)
    assert (facts.instructor, facts.instructor_name, facts.visited_on) == (True, "吴指导", None)
    services.log_visit(by=None, instructor=instructor, organization=unit, visited_on=TODAY, done="宣讲政策", on=TODAY)
    facts.refresh_from_db()
    assert facts.visited_on == facts.evidence_on == TODAY
    services.assignments.end(by=None, row=assignment, day=TODAY, on=TODAY)
    facts.refresh_from_db()
    assert not facts.instructor


def test_more_than_the_usual_number_is_warned_about(city: City):
    instructor = select(city)
    for _ in range(5):
        assign(city, city.organization(), instructor)
        assert services.load_warning(instructor=instructor, on=TODAY) == ""
    assign(city, city.organization(), instructor)
    assert services.load_warning(instructor=instructor, on=TODAY) == "吴指导现派驻 6 家，超过每名指导员 5 家的上限"


def test_a_visit_outside_the_assignment_or_in_the_future_is_refused(city: City):
    unit, instructor = city.organization(), select(city)
    assign(city, unit, instructor, since=date(2026, 11, 1))
    told = {"by": None, "instructor": instructor, "organization": unit, "done": "走访", "on": TODAY}
    with pytest.raises(Refusal, match="没有派驻"):
        services.log_visit(visited_on=date(2026, 10, 31), **told)
    with pytest.raises(InFuture):
        services.log_visit(visited_on=date(2026, 11, 25), **told)
    assert not Visit.objects.exists()


def test_the_end_of_service_ends_every_assignment(city: City):
    units, instructor = [city.organization(), city.organization()], select(city)
    for unit in units:
        assign(city, unit, instructor)
    services.instructors.end(by=None, row=instructor, day=TODAY, on=TODAY)
    assert set(Assignment.objects.values_list("until", flat=True)) == {TODAY}
    assert not OrganizationFacts.objects.filter(instructor=True).exists()
    with pytest.raises(Refusal, match="不能再修改"):
        assign(city, city.organization(), instructor)


def test_late_visits_are_the_rows_that_the_rule_calls_late(city: City):
    instructor = select(city)
    for days in (10, 91, 92, 93, 400):
        unit = city.organization(f"澄州走访{days}公司")
        assign(city, unit, instructor)
        day = TODAY - timedelta(days=days)
        services.log_visit(by=None, instructor=instructor, organization=unit, visited_on=day, done="走访", on=TODAY)
    rows = open_assignments(city.scope("street"), on=TODAY)
    late = {row.pk for row in state_due(rows, on=TODAY) if row.late}
    assert {row.pk for row in overdue(rows, on=TODAY)} == late
    assert len(late) == 2


def test_others_see_only_what_is_theirs(city: City):
    assign(city, city.organization(), select(city))
    assign(city, city.organization(managed_by="CZ121"), select(city, user="", node="CZ121"))
    counts = {
        name: open_assignments(city.scope(name), on=TODAY).count()
        for name in ("city", "street", "stranger", "instructor", "secretary")
    }
    assert counts == {"city": 2, "street": 1, "stranger": 1, "instructor": 1, "secretary": 0}


def test_the_instructor_logs_a_visit_on_the_phone(city: City, client: Client):
    today = timezone.localdate()
    unit, instructor = city.organization("澄州明川电子有限公司"), select(city)
    assign(city, unit, instructor, since=today - timedelta(days=200), on=today)
    client.force_login(city.user("instructor"))
    page = client.get("/visits/").content.decode()
    assert "澄州明川电子有限公司" in page
    assert "1 家走访逾期" in page
    form = {"visited_on": today.isoformat(), "done": "了解党员情况", "result": "负责人支持"}
    assert client.post(f"/visits/{unit.pk}/", form, follow=True).status_code == 200
    assert Visit.objects.get().done == "了解党员情况"
    assert "没有逾期" in client.get("/visits/").content.decode()
    assert "了解党员情况" in client.get(f"/organizations/{unit.pk}/").content.decode()
    assert client.get(f"/visits/{city.organization().pk}/").status_code == 404


def test_the_street_enters_a_visit_for_an_instructor_without_an_account_and_is_named(city: City, client: Client):
    today = timezone.localdate()
    unit, others = city.organization("澄州明川电子有限公司"), city.organization(managed_by="CZ121")
    first, second = select(city), select(city, user="")
    assign(city, unit, first, on=today)
    assignment = assign(city, unit, second, on=today)
    assign(city, others, select(city, user="", node="CZ121"), on=today)
    client.force_login(city.user("street"))
    address = f"/visits/{unit.pk}/?assignment={assignment.pk}"
    assert address in client.get(f"/organizations/{unit.pk}/").content.decode()
    assert "代指导员 吴指导 登记" in client.get(address).content.decode()
    page = client.post(address, {"visited_on": today.isoformat(), "done": "了解党员情况"}, follow=True)
    visit = Visit.objects.get()
    assert (visit.instructor, visit.entered_by) == (second, city.user("street"))
    assert "吴指导（孙街代登记）" in page.content.decode()
    assert client.get(f"/visits/{others.pk}/").status_code == 404


def test_a_leader_reads_visits_and_enters_none(city: City, client: Client):
    unit = city.organization("澄州明川电子有限公司")
    assign(city, unit, select(city))
    client.force_login(city.user("leader"))
    assert "澄州明川电子有限公司" in client.get("/visits/overdue/").content.decode()
    assert client.get(f"/visits/{unit.pk}/").status_code == 403
    page = client.get(f"/organizations/{unit.pk}/").content.decode()
    assert "登记走访" not in page
    assert 'href="/visits/overdue/"' in page


def test_a_refusal_stands_in_the_form_with_what_was_typed(city: City, client: Client):
    unit, instructor = city.organization(), select(city)
    assign(city, unit, instructor, since=date(2026, 11, 1), on=timezone.localdate())
    client.force_login(city.user("instructor"))
    page = client.post(f"/visits/{unit.pk}/", {"visited_on": "2026-10-01", "done": "走访了负责人"}).content.decode()
    assert "没有派驻" in page
    assert "走访了负责人" in page


def test_the_street_assigns_and_ends_in_the_back_office(city: City, client: Client):
    unit, instructor = city.organization(), select(city)
    client.force_login(city.user("street"))
    base = "/admin/instructors/assignment/"
    form = {"instructor": instructor.pk, "organization": unit.pk, "since": "2026-11-01", "tasks": "指导组建"}
    assert client.post(f"{base}add/", form).status_code == 302
    assignment = Assignment.objects.get()
    assert unit.name in client.get(base).content.decode()
    assert unit.name not in client.get(base, {"late": "on"}).content.decode()
    assert client.post(f"{base}{assignment.pk}/change/", {"until": "2026-11-20"}).status_code == 302
    assignment.refresh_from_db()
    assert assignment.until == date(2026, 11, 20)
    assert "吴指导" in client.get("/admin/instructors/instructor/").content.decode()


def test_the_list_takes_the_same_queries_for_one_assignment_and_many(
    city: City, client: Client, django_assert_max_num_queries
):
    instructor = select(city)
    for _ in range(8):
        assign(city, city.organization(), instructor)
    client.force_login(city.user("street"))
    with django_assert_max_num_queries(16):
        assert client.get("/visits/overdue/").status_code == 200


def test_a_second_assignment_ends_with_a_merge_and_goes_on_when_it_is_taken_apart(city: City):
    keep, drop, instructor = city.organization("旧档"), city.organization("新档"), select(city)
    kept, doubled = assign(city, keep, instructor), assign(city, drop, instructor)
    duplicates.merge(by=city.user("street"), keep=keep, drop=drop, on=TODAY, reason="同一家")
    doubled.refresh_from_db()
    assert (doubled.organization, doubled.until) == (keep, TODAY)
    drop.refresh_from_db()
    duplicates.unmerge(by=city.user("street"), dropped=drop, on=TODAY, reason="弄错了")
    doubled.refresh_from_db()
    kept.refresh_from_db()
    assert (doubled.organization, doubled.until, kept.until) == (drop, None, None)
    actions = AuditEntry.objects.filter(model="instructors.assignment", object_id=str(doubled.pk)).order_by("pk")
    assert list(actions.values_list("action", flat=True))[1:] == [
        "instructors.end_assignment",
        "organizations.move_along",
        "organizations.give_back",
        "instructors.reopen_assignment",
    ]


def test_an_assignment_given_back_ends_with_the_service_that_ended_meanwhile(city: City):
    keep, drop, instructor = city.organization("旧档"), city.organization("新档"), select(city)
    assign(city, keep, instructor)
    doubled = assign(city, drop, instructor)
    duplicates.merge(by=city.user("street"), keep=keep, drop=drop, on=TODAY, reason="同一家")
    services.instructors.end(by=city.user("street"), row=instructor, day=TODAY, on=TODAY, reason="期满")
    drop.refresh_from_db()
    duplicates.unmerge(by=city.user("street"), dropped=drop, on=TODAY, reason="弄错了")
    doubled.refresh_from_db()
    assert (doubled.organization, doubled.until) == (drop, TODAY)
    assert not Assignment.objects.filter(until=None).exists()
