"""Tomorrow is typed into every date that a service takes: an event is refused at its field, a period begins or ends by itself
tomorrow, and today's facts stay as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activities.models import ActivityRecord
from activities.queries.branches import seats
from activities.rules.checks import Seat
from activities.services import appraisals, deadlines, files, records
from core.admin import TableAdmin
from core.days import DayField, EventDateField, InFuture
from core.importing import services as importing
from core.models import AuditEntry
from core.months import YearMonth
from core.refusals import Refusal
from core.sources import sources
from dues.models import Book, EntryKind, Spending
from dues.queries.hand_ups import held_by
from dues.services import funds, hand_ups, refunds, reliefs
from evaluations.models import Commendation, Evaluation, Meeting, Objection, Proposal, Round, Rubric, Survey
from evaluations.services import award_objections, meetings, objections, rounds, rubrics, surveys
from instructors import services as instructors
from instructors.models import Assignment, Instructor
from members.models import Member, Post
from members.services import members
from members.services.posts import posts
from orgs.facts import differences, refresh
from orgs.models import (
    Appointment,
    Coverage,
    Democracy,
    Liaison,
    MassOrganization,
    Organization,
    OrganizationFacts,
    OwnerRecord,
    PartyOrganization,
    Tally,
    Venue,
    VenueUse,
)
from orgs.models.facts import STATED
from orgs.services import (
    appointments,
    bulk,
    coverage,
    endings,
    organizations,
    parameters,
    party,
    people,
    venues,
)
from reports.services import gaps
from reports.services.books import hand_out
from reports.worklists import worklists
from tests.activities.test_attachments import photo
from tests.filing import file_record
from tests.ledger import NOW, book, told
from tests.lists import firm, write_list
from tests.people import LONG_AGO, TODAY, City
from tests.refunds import drawn_up, reach
from tests.test_trail import audited, rows_of, untold
from tests.world import World, build_world

TOMORROW = TODAY + timedelta(days=1)
CARRIERS = ("values", "branch", "answer", "change")  # what holds dates without being one
NOT_DATED = {
    "open_account",
    "change_account",
    "write_answers",
    "require_seat",
    "applications.apply",
}  # their values hold no date
INNER = {
    "end_rows",
    "hand_over_rows",
    "freeze",
    "post",
    "require_another",
    "require_other",
    "take_down",
}  # other services call them, with a day that was checked


class Rows:
    """The rows of the world that the services are called with, and what they are told."""

    def __init__(self, world: World, folder: Path) -> None:
        self.city, self.here, self.market = world.city, world.here, write_list(folder / "market.csv", [firm(1)])
        self.told: dict[str, Any] = {"by": world.city.user("city"), "on": TODAY}
        self.security: dict[str, Any] = {"by": world.city.user("security"), "on": TODAY}
        self._money()
        self.published = self._published(world.there["evaluation"])
        self.listed = self._listed(world.there["proposal"])

    def _published(self, key: int) -> Evaluation:
        """An evaluation whose round is public."""
        public = {"state": "NOTICE", "notice_on": TODAY, "notice_until": TODAY + timedelta(days=9)}
        Round.objects.filter(evaluations=key).update(**public)
        return Evaluation.objects.get(pk=key)

    def _listed(self, key: int) -> Proposal:
        """Somebody on a list of awards that is public."""
        public = {"notice_on": TODAY, "notice_until": TODAY + timedelta(days=9)}
        Commendation.objects.filter(proposals=key).update(**public)
        Proposal.objects.filter(pk=key).update(state="AGREED", decided_by=self.city.user("city"))
        return Proposal.objects.get(pk=key)

    def _money(self) -> None:
        """Refunds and spending of the branch, each before one of its dated steps."""
        city, may, june = self.city, YearMonth(2026, 5), YearMonth(2026, 6)
        self.approved = reach(city, "APPROVED", drawn_up(city, first=may, last=may, day=date(2026, 5, 5)))
        self.paid = reach(city, "PAID", drawn_up(city, first=june, last=june, day=date(2026, 6, 5)))
        book(city, "500", of=Book.FUND, kind=EntryKind.PUBLIC)
        self.asked, self.discussed = (
            funds.ask_spending(
                party_organization=city["CZ1111"], use="LIFE", purpose=purpose, asked=Decimal(100),
                by=city.user("secretary"), on=TODAY,
            )
            for purpose in ("场地", "资料")
        )  # fmt: skip
        funds.attach(to=self.discussed, data=photo(), name="凭证.jpg", at=NOW, by=city.user("treasurer"), on=TODAY)
        _discuss(self, self.discussed, TODAY)

    def __getattr__(self, name: str) -> Any:
        models = {
            "unit": Organization, "gap": Organization, "branch": PartyOrganization, "member": Member, "coverage": Coverage,
            "mass": MassOrganization, "democracy": Democracy, "owner": OwnerRecord, "liaison": Liaison, "venue": Venue,
            "use": VenueUse, "guide": Instructor, "assignment": Assignment, "post": Post, "appointment": Appointment, "secretary": User,
        }  # fmt: skip
        return models[name]._default_manager.get(pk=self.here[name])


def _values(row: Any) -> dict[str, Any]:
    return {"values": row, "version": 1}


def _branch(day: date, city: City) -> gaps.NewBranch:
    return gaps.NewBranch("新支部", "provisional_branch", city["CZ111"], day)


def _discuss(rows: Rows, spending: Spending, day: date) -> Spending:
    return funds.discuss(
        spending=spending,
        discussed_on=day,
        present=5,
        agreed=4,
        minutes="同意",
        by=rows.city.user("treasurer"),
        on=TODAY,
    )


def _object(r: Rows, day: date) -> Objection:
    told: dict[str, Any] = {"score": None, "text": "异议", "raised_by": "何某", "raised_unit": ""}
    return objections.enter(evaluation=r.published, received_on=day, **told, **r.told)


def _decide(r: Rows, day: date) -> Meeting:
    """Of the only member of the branch in a round of members, for whom all is given."""
    row = Round.objects.get(pk=r.here["member_round"])
    told: dict[str, Any] = {
        "row": row,
        "party_organization": r.city["CZ1111"],
        "by": r.city.user("secretary"),
        "on": TODAY,
    }
    votes = {"held_on": day, "expected": 1, "present": 1, "agreed": 1, "excess_reason": ""}
    return meetings.decide(**told, values=votes, chosen=set(), reasons={})


HALF = {
    "first_day": date(2026, 1, 1), "last_day": date(2026, 6, 30), "self_until": date(2026, 7, 10),
    "street_until": date(2026, 7, 20),
}  # fmt: skip
Call = Callable[[Rows, date], Any]
EVENTS: dict[tuple[str, str], Call] = {
    ("organizations.register", "values"): lambda r, d: organizations.register(
        values={"name": "某公司", "no_code_reason": "测试", "registered_on": d}, own_committee=r.city["CZ111"], **r.told),
    ("organizations.change", "values"): lambda r, d: organizations.change(
        organization=r.unit, values={"restructured_on": d, "restructured_from": "国营厂"}, version=1, **r.told),
    ("organizations.count_headcount", "counted_on"): lambda r, d: organizations.count_headcount(
        organization=r.unit, kind="staff", number=7, counted_on=d, **r.told),
    ("bulk.apply", "change"): lambda r, d: bulk.apply(
        change=bulk.to_status("STRUCK_OFF", status_on=d, end_coverages=True), organization_ids=[r.unit.pk], **r.told),
    ("bulk.apply", "change of committee"): lambda r, d: bulk.apply(
        change=bulk.to_committee(r.city["CZ12"], since=d), organization_ids=[r.unit.pk], **r.told),
    ("party.establish", "established_on"): lambda r, d: party.establish(
        name="新支部", kind="branch", parent=r.city["CZ111"], code="N1", established_on=d, **r.told),
    ("party.change", "values"): lambda r, d: party.change(
        party_organization=r.branch, values={"established_on": d}, **r.told),
    ("party.move", "since"): lambda r, d: party.move(party_organization=r.branch, to=r.city["CZ12"], since=d, **r.told),
    ("endings.merge", "dissolved_on"): lambda r, d: endings.merge(
        party_organization=r.city["CZ112"], into=r.city["CZ12"], dissolved_on=d, reason="合并", **r.told),
    ("endings.dissolve", "dissolved_on"): lambda r, d: endings.dissolve(
        party_organization=r.city["CZ1112"], dissolved_on=d, reason="撤销", **r.told),
    ("mass_organizations.add", "values"): lambda r, d: people.mass_organizations.add(
        organization=r.gap, kind="UNION", party_work_on=d, party_work="讲座", **r.told),
    ("mass_organizations.change", "values"): lambda r, d: people.mass_organizations.change(
        row=r.mass, party_work_on=d, party_work="讲座", **r.told),
    ("mass_organizations.end", "closed_on"): lambda r, d: people.mass_organizations.end(
        row=r.mass, day=d, **r.told),
    ("liaisons.add", "values"): lambda r, d: people.liaisons.add(
        organization=r.unit, name="何某", appointed_by=r.city["CZ111"], since=TODAY, contacted_on=d, **r.told),
    ("liaisons.change", "values"): lambda r, d: people.liaisons.change(row=r.liaison, contacted_on=d, **r.told),
    ("owners.add", "recorded_on"): lambda r, d: people.owners.add(
        organization=r.unit, name="何某", recorded_on=d, **r.told),
    ("owners.add", "values"): lambda r, d: people.owners.add(
        organization=r.unit, name="何某", recorded_on=TODAY, opinion_on=d, **r.told),
    ("owners.change", "values"): lambda r, d: people.owners.change(row=r.owner, opinion_on=d, **r.told),
    ("democracy.add", "held_on"): lambda r, d: people.democracy.add(
        organization=r.unit, kind="TALK", held_on=d, **r.told),
    ("democracy.change", "values"): lambda r, d: people.democracy.change(
        row=r.democracy, held_on=d, **r.told),
    ("venues.add", "values"): lambda r, d: venues.venues.add(
        managed_by=r.city["CZ111"], name="新中心", kind="SHARED", closed_on=d, **r.told),
    ("venues.change", "values"): lambda r, d: venues.venues.change(
        row=r.venue, closed_on=d, **r.told),
    ("venues.end", "closed_on"): lambda r, d: venues.venues.end(row=r.venue, day=d, **r.told),
    ("members.register", "since"): lambda r, d: _register(r, since=d),
    ("members.register", "organization_since"): lambda r, d: _register(r, organization_since=d),
    ("members.register", "values"): lambda r, d: _register(r, joined_on=LONG_AGO, formal_on=d),
    ("members.change", "values"): lambda r, d: members.change(
        member=r.member, values={"formal_on": d}, version=r.member.version, **r.told),
    ("members.revise", "values"): lambda r, d: members.revise(
        member=r.member, values={"joined_on": d}, version=r.member.version, **r.told),
    ("members.move_to", "since"): lambda r, d: members.move_to(
        member=r.member, party_organization=r.city["CZ1112"], since=d, **r.told),
    ("members.move_many", "since"): lambda r, d: members.move_many(
        members=[r.member], party_organization=r.city["CZ1112"], since=d, **r.told),
    ("members.set_employer", "since"): lambda r, d: members.set_employer(
        member=r.member, organization=r.gap, since=d, **r.told),
    ("members.set_status", "status_on"): lambda r, d: members.set_status(
        member=r.member, status="TRANSFERRED", status_on=d, **r.told),
    ("members.date_status", "status_on"): lambda r, d: members.date_status(member=r.member, status_on=d, **r.told),
    ("instructors.log_visit", "visited_on"): lambda r, d: instructors.log_visit(
        instructor=r.guide, organization=r.unit, visited_on=d, done="走访", **r.told),
    ("records.submit", "values"): lambda r, d: file_record(r.city, sat=_everybody(r), held_on=d, late_reason="补报"),
    ("appraisals.appraise", "values"): lambda r, d: appraisals.appraise(
        party_organization=r.branch, year=2025, values={"self_on": d}, grades={r.member.pk: "BASIC"}, **r.told),
    ("files.attach", "taken_on"): lambda r, d: files.attach(
        by=r.told["by"], record=_draft(r), data=b"%PDF-1.7", name="签到表.pdf", taken_on=d, on=TODAY),
    ("gaps.found_branch", "branch"): lambda r, d: gaps.found_branch(
        units=[r.gap], branch=_branch(d, r.city), **r.told),
    ("gaps.employ_member", "since"): lambda r, d: gaps.employ_member(unit=r.gap, member=r.member, since=d, **r.told),
    ("reliefs.propose", "studied_on"): lambda r, d: reliefs.propose(
        member=r.member, kind="EXEMPT", monthly=Decimal(0), since=YearMonth(2026, 1), last=YearMonth(2026, 2), reason="失业",
        studied_on=d, **r.told),
    ("hand_ups.send", "sent_on"): lambda r, d: hand_ups.send(
        node=r.branch, amount=Decimal(1), first=YearMonth(2026, 1), last=YearMonth(2026, 2), sent_on=d,
        seen=held_by(r.branch).number, at=timezone.now(), **r.told),
    ("refunds.pay", "day"): lambda r, d: refunds.pay(refund=r.approved, day=d, **told(r.city, "city")),
    ("refunds.receive", "day"): lambda r, d: refunds.receive(refund=r.paid, day=d, **told(r.city, "treasurer")),
    ("funds.enter_income", "received_on"): lambda r, d: funds.enter_income(
        party_organization=r.city["CZ1111"], source="SPONSORSHIP", amount=Decimal(100), received_on=d, giver="某公司",
        paper="捐赠协议", by=r.city.user("secretary"), on=TODAY),
    ("funds.discuss", "discussed_on"): lambda r, d: _discuss(r, r.asked, d),
    ("funds.spend", "day"): lambda r, d: funds.spend(
        spending=r.discussed, amount=Decimal(90), day=d, **told(r.city, "treasurer")),
    ("objections.enter", "received_on"): lambda r, d: _object(r, d),
    ("award_objections.enter", "received_on"): lambda r, d: award_objections.enter(
        proposal=r.listed, received_on=d, text="异议", raised_by="何某", raised_unit="", **r.told),
    ("meetings.decide", "values"): lambda r, d: _decide(r, d),
    ("importing.receive", "as_of"): lambda r, d: importing.receive(
        r.market, name="名单.csv", source=sources["market"], as_of=d, keep=False, **r.told),
}  # fmt: skip
AHEAD: dict[tuple[str, str], Call] = {
    ("rubrics.edit", "values"): lambda r, day: rubrics.edit(
        rubric=Rubric.objects.get(pk=r.here["draft"]), values={"since": day}, wanted={}, **r.told
    ),
    ("rounds.prepare", "values"): lambda r, d: rounds.prepare(
        node=r.city["CZ13"], values={"name": "评定", **HALF, "department_until": d}, **r.told),
    ("rounds.edit", "values"): lambda r, d: rounds.edit(
        row=Round.objects.get(pk=r.here["round"]), values={"department_until": d}, **r.told),
    ("surveys.begin", "until"): lambda r, d: _refused(
        lambda: surveys.begin(evaluation=Evaluation.objects.get(pk=r.here["evaluation"]), until=d, **r.told), "已有一次"),
    ("surveys.put_off", "until"): lambda r, d: _refused(
        lambda: surveys.put_off(survey=Survey.objects.get(pk=r.here["survey"]), until=d, reason="节假日", **r.told), "只能推迟"),
    ("deadlines.put_off", "to"): lambda r, d: deadlines.put_off(
        month=YearMonth(2026, 10), to=d, reason="假日", at=timezone.now(), **r.told),
    ("coverage.cover", "since"): lambda r, d: coverage.cover(
        organization=r.gap, party_organization=r.city["CZ1112"], form="JOINT", since=d, **r.told),
    ("coverage.cover_many", "since"): lambda r, d: coverage.cover_many(
        organization_ids=[r.gap.pk], party_organization=r.city["CZ1112"], form="JOINT", since=d, **r.told),
    ("coverage.change_form", "since"): lambda r, d: coverage.change_form(
        coverage=r.coverage, form="JOINT", since=d, **r.told),
    ("coverage.hand_over", "since"): lambda r, d: coverage.hand_over(
        coverage=r.coverage, to=r.city["CZ1112"], form="JOINT", since=d, **r.told),
    ("coverage.end", "until"): lambda r, d: coverage.end(coverage=r.coverage, until=d, reason="终止", **r.told),
    ("gaps.cover_units", "since"): lambda r, d: gaps.cover_units(
        units=[r.gap], node=r.city["CZ1112"], form="AREA", since=d, **r.told),
    ("liaisons.add", "since"): lambda r, d: people.liaisons.add(
        organization=r.unit, name="何某", appointed_by=r.city["CZ111"], since=d, **r.told),
    ("liaisons.end", "until"): lambda r, d: people.liaisons.end(row=r.liaison, day=d, **r.told),
    ("posts.add", "since"): lambda r, d: posts.add(
        party_organization=r.branch, post="SECRETARY", name="赵敏", source="STAFF", since=d, **r.told),
    ("posts.pass_on", "since"): lambda r, d: posts.pass_on(
        row=r.post, name="赵敏", source="STAFF", since=d, **r.told),
    ("posts.end", "until"): lambda r, d: posts.end(row=r.post, day=d, **r.told),
    ("uses.add", "since"): lambda r, d: venues.uses.add(
        venue=r.venue, party_organization=r.city["CZ1112"], since=d, **r.told),
    ("uses.end", "until"): lambda r, d: venues.uses.end(row=r.use, day=d, **r.told),
    ("instructors.add", "since"): lambda r, d: instructors.instructors.add(
        sent_by=r.city["CZ111"], name="吴某", source="OFFICE", since=d, **r.told),
    ("assignments.add", "since"): lambda r, d: instructors.assignments.add(
        instructor=r.guide, organization=r.gap, since=d, **r.told),
    ("assignments.end", "until"): lambda r, d: instructors.assignments.end(
        row=r.assignment, day=d, **r.told),
    ("instructors.end", "until"): lambda r, d: instructors.instructors.end(row=r.guide, day=d, **r.told),
    ("appointments.appoint", "since"): lambda r, d: appointments.appoint(
        user=r.secretary, role="SECRETARY", node=r.city["CZ1112"], since=d, **r.security),
    ("appointments.appoint", "until"): lambda r, d: _appoint_until(r, d),
    ("appointments.end_appointment", "until"): lambda r, d: appointments.end_appointment(
        appointment=r.secretary.appointments.get(), until=d, reason="调离", **r.security),
    ("parameters.set_parameter", "valid_from"): lambda r, d: parameters.set_parameter(
        code="econ.org_headcount", value=1_000, valid_from=d, note="依据", **r.told),
    ("gaps.answer_gaps", "answer"): lambda r, d: gaps.answer_gaps(
        by=r.told["by"], units=[r.gap], answer=gaps.Answer("规模不足", "", d), at=timezone.now()),
    ("books.hand_out", "due_on"): lambda r, d: hand_out(
        scope=r.city.scope("city"), worklist=worklists["party-organization"], due_on=d, at=timezone.now(), **r.told),
    ("coverage.begin_on", "since"): lambda r, d: _refused(
        lambda: coverage.begin_on(coverage=r.coverage, since=d, **r.told), "在今天之后"),
}  # fmt: skip


def _everybody(r: Rows) -> list[Seat]:
    return seats(r.branch, kind="THEME_DAY", day=TODAY)


def _draft(r: Rows) -> ActivityRecord:
    return records.save_draft(
        by=r.told["by"], party_organization=r.branch, kind="LECTURE", draft_key=uuid4(), typed={}, at=timezone.now()
    )


def _register(r: Rows, **dated: date) -> Any:
    days = {name: dated.pop(name) for name in ("since", "organization_since") if name in dated}
    values = {"name": "李某", "id_note": "测试", **dated}
    work = {"organization": r.unit, "since": TODAY}
    return members.register(party_organization=r.branch, values=values, status="FORMAL", **work | days, **r.told)


def _appoint_until(r: Rows, until: date) -> None:
    """An appointment begins today at the earliest, so one that ends today never holds."""
    given = {"user": r.secretary, "role": "SECRETARY", "node": r.city["CZ1112"], "since": TODAY, "until": until}
    if until > TODAY:
        appointments.appoint(**given, **r.security)
    else:
        _refused(lambda: appointments.appoint(**given, **r.security), "终止日期须在起始日期之后")


def _refused(call: Callable[[], Any], refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        call()


def service_modules() -> list[Path]:
    """Where services are."""
    base = Path(settings.BASE_DIR)
    return [*base.glob("*/services.py"), *base.glob("*/services/*.py"), base / "core/importing/services.py"]


def dated_parameters() -> Iterator[tuple[str, str]]:
    """Service and parameter, wherever a service that writes takes a day, or what may hold one."""
    for path in service_modules():
        module = path.stem if path.parent.name == "services" else path.parent.name
        for node in ast.parse(path.read_text()).body:
            if (
                not isinstance(node, ast.FunctionDef)
                or node.name.startswith("_")
                or {node.name, f"{module}.{node.name}"} & (INNER | NOT_DATED)
            ):
                continue
            taken = [*node.args.args, *node.args.kwonlyargs]
            if not any(one.arg == "by" for one in taken):
                continue
            for one in taken:
                kind = ast.unparse(one.annotation) if one.annotation else ""
                if (re.search(r"\bdate\b", kind) and one.arg != "on") or one.arg in CARRIERS:
                    yield f"{module}.{node.name}", one.arg
            if node.args.kwarg and node.name != "establish":
                yield f"{module}.{node.name}", "values"


def stated() -> list[Any]:
    tally = Tally.objects.exclude(measure=STATED).order_by("pk").values()
    return [*OrganizationFacts.objects.order_by("pk").values(), *tally]


@pytest.fixture
def rows(city: City, tmp_path: Path) -> Rows:
    return Rows(build_world(city), tmp_path)


def test_every_service_that_writes_says_by_whom() -> None:
    """Else it would be passed over here."""
    nameless = {
        node.name
        for path in service_modules()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "by" not in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
        and any("writing." in ast.unparse(one) and "derive" not in ast.unparse(one) for one in node.body)
    }
    assert nameless == {"change_password", "close_unused"}, "the owner, and nobody"


def test_every_day_that_a_service_takes_is_tried_here() -> None:
    taken = set(dated_parameters())
    assert taken - EVENTS.keys() - AHEAD.keys() == set()


@pytest.mark.once
def test_what_has_not_happened_is_refused_at_its_field_and_changes_nothing(rows: Rows) -> None:
    before = stated()
    for (name, parameter), call in EVENTS.items():
        with transaction.atomic(), pytest.raises(InFuture) as refused:
            call(rows, TOMORROW)
        assert refused.value.message_dict, (name, parameter)
        assert "2026-11-25 在今天之后，还没有发生的不能登记；请填写今天或以前的日期" in str(refused.value), name
        assert stated() == before, name


@pytest.mark.once
def test_today_every_one_of_these_is_taken_and_stands_in_the_trail(rows: Rows) -> None:
    kinds = [kind for kind in apps.get_models() if audited(kind)]
    before, since = {kind: rows_of(kind) for kind in kinds}, AuditEntry.objects.latest("pk").pk
    for (name, parameter), call in (EVENTS | AHEAD).items():
        if name == "coverage.begin_on":
            continue  # there the day is that of tomorrow's refusal
        with transaction.atomic():
            call(rows, TODAY)
            assert differences(on=TODAY) == [] or name == "parameters.set_parameter", (name, parameter)  # by a job
            after = {kind: rows_of(kind) for kind in kinds}
            assert untold(before, after, since) == [], (name, parameter)
            transaction.set_rollback(True)


@pytest.mark.once
def test_a_period_that_begins_or_ends_tomorrow_does_so_by_itself(rows: Rows) -> None:
    refresh(None, on=TODAY)
    before = stated()
    refresh(None, on=TOMORROW)
    assert stated() == before, "nothing changes by itself"
    changed = set()
    for (name, parameter), call in AHEAD.items():
        with transaction.atomic():
            call(rows, TOMORROW)
            assert (stated(), differences(on=TODAY)) == (before, []), (name, parameter)
            refresh(None, on=TOMORROW)
            changed |= {name} if stated() != before else set()
            transaction.set_rollback(True)
    periods = {"coverage.cover", "coverage.cover_many", "coverage.change_form", "coverage.hand_over", "coverage.end"}
    periods |= {"gaps.cover_units", "liaisons.add", "liaisons.end", "uses.end"}
    periods |= {"posts.add", "assignments.add", "assignments.end", "instructors.end"}
    assert changed == periods | {"parameters.set_parameter"}


@pytest.mark.once
def test_no_small_table_takes_what_has_not_happened_and_each_ends_by_itself(rows: Rows) -> None:
    """Whichever tables there are: they have no services of their own that could be listed above."""
    tried = 0
    for table in [one for one in admin.site._registry.values() if isinstance(one, TableAdmin)]:
        services, row = table.services, table.model._default_manager.order_by("pk")[0]
        for field in [one for one in table.model._meta.concrete_fields if isinstance(one, DayField)]:
            ahead = not isinstance(field, EventDateField)
            for day in (TODAY, TOMORROW):
                tried += 1
                with transaction.atomic():
                    refused = pytest.raises(InFuture) if day == TOMORROW and not ahead else nullcontext()
                    with refused:
                        services.write(row=row, values={field.name: day}, **rows.told)
                        assert differences(on=TODAY) == [], (table, field)
                    transaction.set_rollback(True)
    assert tried > 20
