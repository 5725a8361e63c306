"""Figures of 经费 agree with a plain count: what came back, where applications wait, who has money, what it was used for."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from core import formats
from core.months import YearMonth
from dues.models import Book, Entry, EntryKind, Refund, Spending
from dues.rules.uses import ALLOWED
from dues.services import funds, hand_ups, ledger, refunds
from dues.services.publication import publish
from orgs.facts import differences, refresh
from orgs.models import PartyOrganization
from tests.dues.test_dues_figures import told as figures
from tests.dues.test_funds import asked, discussed, with_paper
from tests.ledger import NOW, book, told
from tests.people import TODAY, City
from tests.refunds import State, drawn_up, reach

pytestmark = pytest.mark.django_db
STATES = (State.RECEIVED, State.PAID, State.APPROVED, State.REVIEWED, State.APPLIED, State.LISTED, State.RETURNED)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def a_year(city: City, *, aged: bool = True) -> None:
    """A refund in each state, the older ones for long; money from elsewhere, some of it used, one use corrected."""
    book(city, "5000", at="CZ11", kind=EntryKind.FROM_BELOW, by="district", day=date(2026, 1, 5))
    for number, state in enumerate(STATES, 1):
        book(city, f"{100 + number}.35", day=date(2026, number, 5))
        month = YearMonth(2026, number)
        reach(city, state, drawn_up(city, first=month, last=month, pay=False))
    old = TODAY - timedelta(days=31)
    if aged:
        Refund.objects.filter(state__in=["PAID", "LISTED"]).update(state_on=old)
        Refund.objects.filter(state="APPLIED").update(state_on=old + timedelta(days=1))
    book(city, "11", of=Book.FUND, kind=EntryKind.OPENING, day=date(2025, 3, 1))
    publish(party_organization=city["CZ1111"], year=2025, **told(city, "secretary"))
    book(city, "900", of=Book.FUND, kind=EntryKind.FEE)
    for kind in (EntryKind.GRANT, EntryKind.SPONSORSHIP, EntryKind.PUBLIC):
        book(city, "30.05", of=Book.FUND, kind=kind)
    book(city, "70.10", at="CZ1112", of=Book.FUND, kind=EntryKind.PUBLIC, day=date(2025, 3, 1))
    for number, use in enumerate(ALLOWED, 1):
        spend(city, f"{number}0.01", use.code)
    wrong = spend(city, "5", "LIFE")
    funds.counter(row=wrong, reason="重复列支", at=NOW, by=city.user("treasurer"), on=TODAY)


def spend(city: City, amount: str, use: str) -> Spending:
    row = with_paper(city, discussed(city, asked(city, amount, use)))
    return funds.spend(spending=row, amount=D(amount), day=TODAY, **told(city, "treasurer"))


def plain() -> dict[str, tuple[object, object]]:
    lines = list(Entry.objects.select_related("counter_of"))
    kinds = {line.pk: (line.counter_of or line).kind for line in lines}
    fund = [line for line in lines if line.book == "FUND"]
    collected = sum(one.amount for one in lines if kinds[one.pk] == "COLLECTED" and one.day.year == 2026)
    back = sum(one.amount for one in fund if kinds[one.pk] == "REFUND" and one.day.year == 2026)
    waiting = [one for one in Refund.objects.all() if one.state not in ("RECEIVED", "REJECTED", "WITHDRAWN")]
    at = Counter(one.state for one in waiting)
    branches = [one for one in PartyOrganization.objects.all() if one.kind in ("branch", "joint_branch")]
    holding = {one.party_organization_id for one in fund}
    came = [one for one in fund if one.day.year == 2026 and kinds[one.pk] not in ("SPENT", "OPENING", "CARRIED")]
    spent = [one for one in Spending.objects.filter(state="SPENT") if not Entry.objects.filter(counter_of=one.entry)]
    whole = sum(one.amount or 0 for one in spent)
    return {
        "REFUNDED": (back, collected),
        "REFUND_BRANCHES": (1, len(branches)),
        "FUNDED": (len(holding), len(branches)),
        **{f"CAME_{kind}": (sum(one.amount for one in came if kinds[one.pk] == kind), sum(one.amount for one in came))
           for kind in ("REFUND", "GRANT", "FEE", "SPONSORSHIP", "PUBLIC")},
        "FUNDS_PUBLISHED": (1, 2),
        **{f"WAIT_{state}": (at[state], len(waiting)) for state in STATES[1:]},
        "WAIT_LONG": (sum(one.state_on < TODAY - timedelta(days=30) for one in waiting), len(waiting)),
        "UNSPENT": (sum(one.amount for one in fund), sum(one.amount for one in fund if kinds[one.pk] != "SPENT")),
        **{f"SPENT_{use.code}": (sum(one.amount for one in spent if one.use == use.code), whole) for use in ALLOWED},
    }  # fmt: skip


def test_all_figures_agree_with_a_plain_count(city: City) -> None:
    a_year(city)
    refresh(None, on=TODAY)
    expected, found = plain(), figures(city)
    assert {code: found[code] for code in expected} == expected
    assert [code for code, (part, whole) in expected.items() if not 0 < part <= whole] == []  # type: ignore[operator]
    assert {code for code in found if code.startswith(("CAME", "WAIT", "SPENT", "REFUND", "FUND", "UNSPENT"))} == {
        *expected
    }
    assert found["WAIT_LONG"][0] == 2


def test_services_keep_them_true(city: City) -> None:
    refresh(None, on=TODAY)
    a_year(city, aged=False)
    assert differences(on=TODAY) == []


def test_the_list_of_branches_says_what_each_has_and_with_whom_its_application_waits(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)
    refund = reach(city, State.APPLIED)
    Refund.objects.filter(pk=refund.pk).update(state_on=TODAY - timedelta(days=12))
    book(city, "70.10", at="CZ1112", of=Book.FUND, kind=EntryKind.PUBLIC)
    client = city.client("district")
    page = client.get("/dues/branches/").content.decode()
    assert "2026-08 至 2026-09 待审核：" in page
    assert f"（{city.user('street').name}）" in page
    assert "，已 12 天</a>" in page
    for query, codes in (("funds=yes", ["CZ1112"]), ("waits=APPLIED", ["CZ1111"]), ("waits=PAID", [])):
        rows = [row.code for row, _ in client.get(f"/dues/branches/?{query}").context["rows"]]
        assert rows == codes, query
    assert "CZ1112" not in [row.code for row, _ in client.get("/dues/branches/?funds=no").context["rows"]]


def test_what_was_countered_or_held_before_gave_nobody_funds(city: City) -> None:
    book(city, "10", of=Book.FUND, kind=EntryKind.OPENING)
    assert figures(city)["FUNDED"][0] == 1
    book(city, "-10", of=Book.FUND, kind=EntryKind.SPENT)
    assert figures(city)["FUNDED"][0] == 0
    wrong = book(city, "900", of=Book.FUND, kind=EntryKind.FEE)
    assert figures(city)["FUNDED"][0] == 1
    ledger.counter(entry=wrong, reason="记错支部", **told(city))
    assert figures(city)["FUNDED"][0] == 0


def test_a_refund_counts_in_the_year_in_which_it_was_booked(city: City) -> None:
    """Confirmed in January, it came in December."""
    refund, january = reach(city, State.PAID), date(2027, 1, 4)
    refunds.receive(by=city.user("treasurer"), refund=refund, day=date(2026, 12, 30), at=NOW, on=january)
    refresh(None, on=january)
    assert (figures(city)["REFUND_BRANCHES"][0], figures(city)["REFUNDED"][0]) == (0, 0)
    refresh(None, on=date(2026, 12, 31))
    assert (figures(city)["REFUND_BRANCHES"][0], figures(city)["REFUNDED"][0]) == (1, D("120.50"))


def test_what_came_back_to_fewer_than_three_members_is_told_to_their_own_committee_alone(city: City) -> None:
    """What is returned is what they paid, and so is what they hand up."""
    city.member(of="CZ1111")
    reach(city, State.RECEIVED)
    sent = {"first": YearMonth(2026, 8), "last": YearMonth(2026, 9), "sent_on": TODAY, "seen": 1}
    hand_ups.send(node=city["CZ1111"], amount=D("120.50"), **sent, **told(city))
    refresh(None, on=TODAY)
    for measure in ("refunds_received", "fund_income", "fund_balance", "hand_ups_amount", "hand_ups_open_amount"):
        rows = {who: city.client(who).get(f"/nodes/?measure={measure}").context["rows"] for who in ("leader", "street")}
        assert [row.shown for row, _ in rows["leader"]] == ["不足 3"], measure
        assert [formats.number(row.shown) for row, _ in rows["street"]] == ["120.50 元"], measure
