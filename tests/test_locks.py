"""No two writers wait for each other crosswise (docs/architecture.md, “Locks”), wherever the one is when the other begins.

The one stops after a statement that locks, until the other is through or waits; then it goes on. Both are rolled back, so
that each pair meets the same rows. On SQLite there is one writer at a time, and nothing to meet.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.services import obligations, reviews
from core.importing import decisions
from core.importing import services as importing
from core.models import ImportBatch, StagedRow
from core.refusals import Refusal
from instructors import services as guides
from instructors.models import Assignment, Instructor
from members.models import Member
from members.services import members as people
from orgs import facts
from orgs.models import Liaison, Organization, Venue, VenueUse
from orgs.services import bulk, coverage, duplicates, endings, organizations, party, venues
from orgs.services import people as offices
from reports.services import gaps
from tests.filing import file_record
from tests.imports.test_authority import TAX, taxed
from tests.lists import Road, credit_code, firm
from tests.members.test_services import checked
from tests.people import LONG_AGO, TODAY, City

WAIT = 0.1  # seconds that the one gives the other to come to its wait
LOCKS = re.compile(r"FOR (NO KEY )?UPDATE|advisory|^LOCK|^(WITH .*)?(UPDATE|DELETE)|INTO orgs_tally|EXECUTE", re.S)
NUMBERS = [checked(f"9901021985122400{place}") for place in range(2)]
COVERED = ("统一社会信用代码", "党组织编码", "形式", "起始日期")
ROSTER = ("姓名", "身份证号", "党组织编码", "工作单位统一社会信用代码", "党员状态", "转入日期")
Act = Callable[["World"], object]


class World:
    """Three firms of a street, the middle one without a Party organization, and all that hangs on them; lists that wait to
    be written, with the firms in another order than their numbers, and one that was written."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city, self.by, road = city, city.user("city"), Road(folder, city.user("city"), TODAY)
        self.firms = [city.organization(credit_code=credit_code(number), staff=60) for number in range(3)]
        first, _, last = self.firms
        self.covered = city.cover(first, "CZ1111"), city.cover(last, "CZ1112", "JOINT")
        values: Any = [{"id_number": n, "id_digest": people.blind_index(n), "id_note": ""} for n in NUMBERS]
        self.members = city.member(at=first, **values[0]), city.member(of="CZ1112", at=last, **values[1])
        self.guide = Instructor.objects.create(name="吴指导", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO)
        for unit in (first, last):
            Assignment.objects.create(instructor=self.guide, organization=unit, since=LONG_AGO)
        self.liaison = Liaison.objects.create(
            name="联络员", appointed_by=city["CZ111"], since=LONG_AGO, organization=first
        )
        self.venue = Venue.objects.create(name="中心", kind=Venue.Kind.values[0], managed_by=city["CZ111"])
        VenueUse.objects.create(venue=self.venue, party_organization=city["CZ1111"], since=LONG_AGO)
        VenueUse.objects.create(venue=self.venue, party_organization=city["CZ1112"], since=LONG_AGO)
        # whom nothing of all this is about: its number is new, so that no day makes it out of date
        self.bystander = city.organization(credit_code=credit_code(5), staff=60, staff_on=TODAY)
        self.record = file_record(city, by="city", topic="待审核")
        obligations.lay_out(on=TODAY)
        facts.refresh(None, on=TODAY)
        told = {"法定代表人": "赵一"}
        self.written = road.send([firm(number, **told) for number in (2, 1, 0, 7)])
        self.lists = {
            "market": road.stage([firm(n, 法定代表人="钱二", 从业人数=130) for n in (2, 0, 1, 8)]),
            "coverage": road.stage([self._cover(1)], "coverage", columns=COVERED),
            "members": road.stage([self._file(1, 0), self._file(0, 2)], "members", columns=ROSTER),
        }
        self.differing = road.send([taxed(number, 纳税人名称="另一名称") for number in (2, 0)], "tax", columns=TAX)

    def _cover(self, number: int) -> dict[str, Any]:
        return dict(zip(COVERED, (credit_code(number), "CZ1112", "联合组建", "2026-01-05"), strict=True))

    def _file(self, number: int, at: int) -> dict[str, Any]:
        cells = (f"党员{number}", NUMBERS[number], "CZ1112", credit_code(at), "正式党员", "2026-01-05")
        return dict(zip(ROSTER, cells, strict=True))

    @property
    def told(self) -> dict[str, Any]:
        """What every service is told."""
        return {"by": self.by, "on": TODAY}


def _settle(world: World) -> None:
    batch = ImportBatch.objects.get(pk=world.differing.pk)
    rows = StagedRow.objects.filter(batch=batch).exclude(conflicts={})
    picked = [(row.pk, column) for row in rows for column in row.conflicts]
    assert picked
    scope = world.city.scope("city")
    decisions.settle(batch=batch, picked=picked, take=True, by=world.by, scope=scope, on=TODAY)


def _write(world: World, source: str) -> None:
    assert importing.apply(ImportBatch.objects.get(pk=world.lists[source].pk))["errors"] == 0


def _save(world: World, place: int) -> None:
    unit = Organization.objects.get(pk=world.firms[place].pk)
    organizations.change(organization=unit, values={"address": "云台路 9 号"}, version=unit.version, **world.told)


def _rehire(world: World, who: int, to: int) -> None:
    member = Member.objects.get(pk=world.members[who].pk)
    people.revise(member=member, values={"organization": world.firms[to]}, version=member.version, **world.told)


ACTS: Mapping[str, Act] = {
    "write a list of firms": lambda w: _write(w, "market"),
    "write a list of coverages": lambda w: _write(w, "coverage"),
    "write a roster": lambda w: _write(w, "members"),
    "undo a list": lambda w: importing.undo(ImportBatch.objects.get(pk=w.written.pk), by=w.by),
    "settle conflicts": _settle,
    "save the first firm": lambda w: _save(w, 0),
    "save the last firm": lambda w: _save(w, 2),
    "count staff": lambda w: organizations.count_headcount(
        organization=w.firms[2], kind="staff", number=140, counted_on=TODAY, **w.told
    ),
    "strike off many": lambda w: bulk.apply(
        change=bulk.to_status("STRUCK_OFF", status_on=TODAY, end_coverages=True),
        organization_ids=[unit.pk for unit in w.firms],
        **w.told,
    ),
    "merge two firms": lambda w: duplicates.merge(keep=w.firms[2], drop=w.firms[0], reason="重复", **w.told),
    "cover": lambda w: coverage.cover(
        organization=w.firms[1], party_organization=w.city["CZ1112"], form="JOINT", since=LONG_AGO, **w.told
    ),
    "cover many": lambda w: coverage.cover_many(
        organization_ids=[unit.pk for unit in w.firms],
        party_organization=w.city["CZ1112"],
        form="JOINT",
        since=LONG_AGO,
        **w.told,
    ),
    "end a coverage": lambda w: coverage.end(coverage=w.covered[0], reason="撤销", **w.told),
    "change a form": lambda w: coverage.change_form(coverage=w.covered[1], form="ATTACHED", **w.told),
    "found a branch": lambda w: gaps.found_branch(
        by=w.by,
        units=[w.firms[1]],
        branch=gaps.NewBranch("中共澄州临时支部委员会", "provisional_branch", w.city["CZ111"], LONG_AGO),
        on=TODAY,
    ),
    "hire from the first to the last": lambda w: _rehire(w, 0, 2),
    "hire from the last to the first": lambda w: _rehire(w, 1, 0),
    "change a status": lambda w: people.set_status(
        member=w.members[1], status="TRANSFERRED", status_on=TODAY, **w.told
    ),
    "assign": lambda w: guides.assignments.add(instructor=w.guide, organization=w.firms[1], since=TODAY, **w.told),
    "end an assignment": lambda w: guides.assignments.end(
        row=Assignment.objects.get(organization=w.firms[2]), day=TODAY, **w.told
    ),
    "end a service": lambda w: guides.instructors.end(row=w.guide, day=TODAY, **w.told),
    "end a liaison": lambda w: offices.liaisons.end(row=w.liaison, day=TODAY, **w.told),
    "close a venue": lambda w: venues.venues.end(row=w.venue, day=TODAY, **w.told),
    "merge two branches": lambda w: endings.merge(
        party_organization=w.city["CZ1111"], into=w.city["CZ1112"], reason="合并", **w.told
    ),
    "merge two streets": lambda w: endings.merge(
        party_organization=w.city["CZ111"], into=w.city["CZ112"], reason="合并", **w.told
    ),
    "move a street": lambda w: party.move(party_organization=w.city["CZ111"], to=w.city["CZ12"], **w.told),
    "file a record": lambda w: file_record(w.city, by="city"),
    "accept a record": lambda w: reviews.accept(
        by=w.city.user("district"), record=w.record, at=timezone.now(), on=TODAY
    ),
    "lay out what is due": lambda w: obligations.lay_out(on=TODAY),
    "recount": lambda w: facts.refresh(None, on=LONG_AGO - timedelta(days=1)),
}


MEETINGS = (  # most of these pairs waited crosswise once
    ("write a list of firms", "found a branch"),
    ("write a list of coverages", "cover"),
    ("write a roster", "merge two firms"),
    ("write a roster", "merge two branches"),
    ("end a coverage", "merge two firms"),
    ("end a coverage", "strike off many"),
    ("end a liaison", "merge two firms"),
    ("change a form", "merge two branches"),
    ("assign", "merge two streets"),
    ("hire from the first to the last", "merge two firms"),
    ("hire from the first to the last", "hire from the last to the first"),
    ("merge two streets", "close a venue"),
    ("file a record", "merge two branches"),
    ("accept a record", "lay out what is due"),
)
ORDER = (  # of the table in “Locks”
    "turn",
    "orgs_partyorganization|orgs_venue",
    "orgs_organization",
    "orgs_coverage|orgs_liaison|members_member|instructors_.*",
    "orgs_organizationfacts",
    "orgs_partyfacts",
    "orgs_tally",
)
LOCKED = re.compile(
    r'SELECT pg_advisory_xact_lock|FOR NO KEY UPDATE OF "(\w+)"|FROM "?(\w+)"? .*FOR (?:NO KEY )?UPDATE$'
    r'|^(?:UPDATE|LOCK TABLE|INSERT INTO(?= orgs_tally)|DELETE FROM) "?(\w+)"?',
    re.S,
)


@pytest.fixture
def world(transactional_db: None, city: City, tmp_path: Path) -> World:
    """Rows that several sessions see."""
    return World(city, tmp_path)


def run(world: World, act: Act, at_lock: Callable[[], None] = lambda: None) -> str:
    """What an act answers in a session of its own that is rolled back; empty when it was done. `at_lock` is called after
    each statement that locks."""

    def watch(execute: Any, sql: str, *told: Any) -> Any:
        found = execute(sql, *told)
        if LOCKS.search(sql):
            at_lock()
        return found

    try:
        with connection.execute_wrapper(watch), transaction.atomic():
            act(world)
            connection.check_constraints()  # what would be locked when it is committed
            transaction.set_rollback(True)
    except (Refusal, ObjectDoesNotExist) as refusal:
        return str(refusal)
    return ""


def meet(pool: ThreadPoolExecutor, world: World, one: Act, other: Act, stop: int) -> None:
    """The one stops after its lock of that number."""
    stopped, through = threading.Event(), threading.Event()
    locks = itertools.count()

    def pause() -> None:
        if next(locks) == stop:
            stopped.set()
            through.wait(WAIT)

    def follow() -> str:
        stopped.wait(10)
        try:
            return run(world, other)
        finally:
            through.set()

    both = [pool.submit(run, world, one, pause), pool.submit(follow)]
    assert [done.result(timeout=60) for done in both] == ["", ""]


def count_of(world: World, act: Act) -> int:
    """How many of its statements lock."""
    found = itertools.count()
    assert run(world, act, lambda: next(found)) == ""
    return next(found)


@pytest.fixture
def two_sessions(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    """Two threads, each with its session of the database."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        together = threading.Barrier(2)
        list(pool.map(lambda _: (together.wait(10), connection.close()), range(2)))


def test_whoever_meets_whom_neither_waits_for_ever(world: World, two_sessions: ThreadPoolExecutor) -> None:
    crosswise = []
    for one, other in MEETINGS:
        locks = two_sessions.submit(count_of, world, ACTS[one]).result()
        for stop in range(locks if connection.features.has_select_for_update else 1):
            try:
                meet(two_sessions, world, ACTS[one], ACTS[other], stop)
            except OperationalError:
                crosswise.append((one, other, stop))
    assert crosswise == []


@pytest.mark.parametrize("name", ACTS)
def test_locks_are_taken_in_their_order(world: World, name: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert run(world, ACTS[name]) == ""
    taken = [rank for query in queries for part in query["sql"].split("; ") if (rank := rank_of(part)) is not None]
    first = list(dict.fromkeys(taken))
    if connection.features.has_select_for_update:
        assert first == sorted(first)
        assert sum("INTO orgs_tally" in query["sql"] for query in queries) <= 1, "sums are changed in one go"


@pytest.mark.parametrize("name", ["write a list of firms", "undo a list", "strike off many", "recount"])
def test_saving_a_firm_waits_for_nobody_who_writes_many_others(
    name: str, world: World, two_sessions: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before their sums are added, which is the last thing they do."""
    monkeypatch.setattr("orgs.facts.statement.MANY", 2)
    met, checked = [], []

    def save(world: World) -> None:
        told = {"kind": "staff", "number": 140, "counted_on": TODAY, **world.told}
        organizations.count_headcount(organization=world.bystander, **told)

    def watch(execute: Any, sql: str, *told: Any) -> Any:
        checked.append("SET CONSTRAINTS" in sql)
        if "INTO orgs_tally" in sql and not met:
            assert any(checked) or name == "recount", "foreign keys are checked before anybody can wait"
            met.append(two_sessions.submit(run, world, save).result(timeout=20))
        return execute(sql, *told)

    if connection.features.has_select_for_update:
        with connection.execute_wrapper(watch):
            assert run(world, ACTS[name]) == ""
        assert met == [""]


def rank_of(sql: str) -> int | None:
    """The place in `ORDER` of what a statement locks."""
    found = LOCKED.search(sql)
    table = next(filter(None, found.groups()), "turn") if found else ""
    return next((rank for rank, tables in enumerate(ORDER) if re.fullmatch(tables, table)), None)
