"""What waits stands in the due list of whoever goes on with it, and what the books hold on the pages of branch and unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.due import due_kinds
from core.panels import panels
from dues.models import Book, EntryKind, Refund
from dues.services.publication import publish
from tests.dues.test_funds import asked, discussed, entered, funded
from tests.ledger import book, told
from tests.people import TODAY, City
from tests.refunds import reach

State = Refund.State
FOR = {
    State.LISTED: {"dues.refunds.apply": {"secretary"}},
    State.RETURNED: {"dues.refunds.apply": {"secretary"}},
    State.APPLIED: {"dues.refunds.review": {"street", "district", "city"}},
    State.REVIEWED: {"dues.refunds.approve": {"district", "city"}},
    State.APPROVED: {"dues.refunds.approve": {"city"}},
    State.PAID: {"dues.refunds.receive": {"treasurer"}},
    State.RECEIVED: {},
}


def waiting(city: City) -> dict[str, set[str]]:
    """By kind, for whom anything of money waits."""
    found: dict[str, set[str]] = {}
    for kind in [
        one
        for one in due_kinds
        if one.code.startswith(("dues.refunds", "dues.incomes", "dues.spendings", "dues.publications"))
    ]:
        for username in city.people:
            scope = city.scope(username)
            if scope.may(kind.permission) and kind.of(scope, TODAY):
                items = [*kind.items(kind.of(scope, TODAY), scope, TODAY)]
                assert all(one.until and one.url and one.action for one in items)
                found.setdefault(kind.code, set()).add(username)
    return found


@pytest.mark.parametrize("state", FOR)
def test_a_refund_waits_for_whoever_takes_its_next_step(city: City, state: str) -> None:
    reach(city, state)
    assert waiting(city) == FOR[State(state)]


@pytest.mark.parametrize("username", ["secretary", "treasurer", "street", "instructor"])
def test_whoever_may_have_something_due_is_led_to_it(
    city: City, client_of: Callable[..., Client], username: str
) -> None:
    page = client_of(username).get("/", follow=True)
    assert '<a href="/due/"' in page.content.decode()


def test_a_refund_that_came_back_stands_on_the_page_of_the_secretary(
    city: City, client_of: Callable[..., Client]
) -> None:
    refund = reach(city, State.RETURNED)
    page = client_of("secretary").get("/branch/").content.decode()
    assert f'href="/dues/refunds/{refund.pk}/"' in page


def test_income_and_spending_wait_for_the_treasurer(city: City, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    funded(city)
    entered(city)
    discussed(city, asked(city))
    assert waiting(city) == {"dues.incomes": {"treasurer"}, "dues.spendings": {"treasurer"}}


def test_a_year_that_is_over_waits_to_be_published(city: City) -> None:
    book(city, "5", of=Book.FUND, kind=EntryKind.PUBLIC, day=date(2025, 3, 1))
    assert waiting(city) == {"dues.publications": {"secretary"}}
    publish(party_organization=city["CZ1111"], year=2025, **told(city, "secretary"))
    assert waiting(city) == {}


def test_branch_and_unit_say_what_the_books_hold(city: City) -> None:
    unit = city.organization("澄州明川电子有限公司")
    city.cover(unit, "CZ1111")
    book(city, "88.80", of=Book.FUND, kind=EntryKind.PUBLIC)
    scope = city.scope("street")
    told = panels["unit_funds"].context(unit, scope, TODAY)
    assert told
    assert [(node.code, str(held["FUND"])) for node, held in told["rows"]] == [("CZ1111", "88.80")]
    assert str(panels["dues"].context(city["CZ1111"], scope, TODAY)["balances"]["FUND"]) == "88.80"  # type: ignore[index]
    assert panels["unit_funds"].context(unit, city.scope("stranger"), TODAY) is None
