"""Writers at the same time: nothing is counted twice or lost, and none waits for another for ever."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from members.models import Member
from orgs.facts import differences, refresh, tally
from orgs.models import Organization, OrganizationFacts
from tests.people import LONG_AGO, TODAY, City

ROUNDS = 8


def at_once(*workers: Callable[[], None]) -> None:
    """Run each in a thread of its own; the first failure is raised."""

    def run(worker: Callable[[], None]) -> None:
        try:
            worker()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(workers)) as pool:
        for done in [pool.submit(run, worker) for worker in workers]:
            done.result(timeout=120)


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_organizations_lose_nothing(city: City) -> None:
    units = [city.organization(staff=20 * n, managed_by=code).pk for n in range(4) for code in ("CZ111", "CZ112")]
    refresh(units, on=TODAY)
    branch = city["CZ1111"].pk

    def hire(seed: int) -> None:
        pick = random.Random(seed)
        for _ in range(ROUNDS):
            chosen = pick.sample(units, 3)
            with transaction.atomic():
                for unit in chosen:
                    Member.objects.create(
                        name="党员", id_note="测试", party_organization_id=branch, since=LONG_AGO,
                        organization_id=unit, organization_since=LONG_AGO, status="FORMAL",
                    )  # fmt: skip
                refresh(chosen, on=TODAY)

    def recount() -> None:
        for _ in range(ROUNDS):
            refresh(None, on=TODAY)

    at_once(lambda: hire(1), lambda: hire(2), recount)
    assert sum(OrganizationFacts.objects.values_list("formal", flat=True)) == 2 * 3 * ROUNDS
    assert differences(on=TODAY) == []


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_is_kept_survives_a_rollback_and_a_new_day(city: City) -> None:
    unit = city.organization(staff=120)
    with transaction.atomic():
        assert refresh([unit.pk], on=TODAY) == 1
        transaction.set_rollback(True)
    assert refresh([unit.pk], on=TODAY) == 1
    city.cover(unit, "CZ1111", since=TODAY)
    for day, built in ((TODAY, True), (LONG_AGO, False), (TODAY, True)):
        assert refresh([unit.pk], on=day) == 2  # the unit, and the branch that covers it
        assert OrganizationFacts.objects.get().has_org is built


def test_the_planner_is_told_before_many_are_stated(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an undo the tables held something else than PostgreSQL thought: 50,000 rows took five minutes."""
    told: list[object] = []
    monkeypatch.setattr("orgs.facts.statement.MANY", 2)
    monkeypatch.setattr(sys.modules[refresh.__module__], "analyze", lambda model, *columns: told.append(model))
    read = tally.read
    monkeypatch.setattr(tally, "read", lambda ids: (told.append("read"), read(ids))[1])
    ids = [city.organization().pk for _ in range(2)]
    refresh(ids[:1], on=TODAY)
    assert told == ["read", "read"]
    refresh(ids, on=TODAY)
    assert told[2:] == [Organization, OrganizationFacts, "read", OrganizationFacts, "read"]
