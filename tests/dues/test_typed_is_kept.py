"""What a page of money refuses stands at its field, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.months import YearMonth
from dues.models import Income, Payment, Refund
from dues.queries.hand_ups import held_by
from dues.services import funds, hand_ups, reliefs
from tests.dues.test_dues_pages import book, branch_of, typed
from tests.dues.test_funds import asked, discussed, entered, funded, spent, with_paper
from tests.ledger import told
from tests.people import TODAY, City
from tests.refunds import reach

Browse = Callable[..., Client]
ERROR = re.compile(r'<(?:input|select|textarea)[^>]*name="([\w-]+)"[^>]*aria-invalid')
MONTHS = {"first": "2026-10", "last": "2026-11"}
INCOME = {"source": "FEE", "received_on": "2026-11-20", "giver": "某公司", "paper": "协议"}
DISCUSSED = {"discussed_on": "2026-11-20", "minutes": "同意"}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)
    settings.DATA_DIR = tmp_path


def places(city: City) -> dict[str, str]:
    """Pages of one branch with money on its way, by what they are for."""
    [member] = branch_of(city, 1)
    refund = reach(city, Refund.State.APPROVED)
    entered(city, "PUBLIC")
    funded(city)
    branch = f"/branch/{city['CZ1111'].pk}"
    return {
        "member": str(member.pk),
        "assess": f"{branch}/dues/assess/",
        "relief": f"{branch}/dues/relief/",
        "gift": f"{branch}/dues/gift/",
        "ask": f"{branch}/funds/refund/",
        "income": f"{branch}/funds/income/",
        "spending": f"{branch}/funds/spending/",
        "asked": f"/dues/spendings/{asked(city).pk}/",
        "discussed": f"/dues/spendings/{discussed(city, asked(city, use='CARE')).pk}/",
        "pay": f"/dues/refunds/{refund.pk}/",
        "hand_up": "/dues/hand-ups/",
    }


@pytest.mark.parametrize(
    ("who", "where", "data", "field"),
    [
        ("treasurer", "assess", {"since": "2026-01", "payer": "WAGE", "base": ""}, "base"),
        ("treasurer", "assess", {"since": "2026-01", "payer": "WAGE", "base": "五千", "try": "1"}, "base"),
        ("treasurer", "assess", {"since": "2030-01", "payer": "WAGE", "base": "1,000元", "try": "1"}, "since"),
        ("treasurer", "relief", {"kind": "EXEMPT", "since": "2026-12", "last": "2026-01", "reason": "重病", "studied_on": "2026-11-20"}, "since"),
        ("treasurer", "gift", {"amount": "500", "paid_on": "2026-11-20", "method": "CASH", "note": "自愿"}, "amount"),
        ("secretary", "ask", MONTHS | {"purpose": "培训"}, "last"),
        ("secretary", "ask", {"first": "2026-08", "last": "2026-10", "purpose": "培训"}, "first"),
        ("secretary", "income", INCOME | {"amount": "0"}, "amount"),
        ("secretary", "income", INCOME | {"amount": "5", "source": "OPENING"}, "source"),
        ("secretary", "spending", {"use": "LIFE", "purpose": "党课", "asked": "0"}, "asked"),
        ("treasurer", "asked", DISCUSSED | {"present": "1", "agreed": "1"}, "present"),
        ("treasurer", "asked", DISCUSSED | {"present": "5", "agreed": "9"}, "agreed"),
        ("treasurer", "discussed", {"day": "2026-11-24", "amount": "100.01"}, "amount"),
        ("treasurer", "discussed", {"day": "2026-11-01", "amount": "1"}, "day"),
        ("city", "pay", {"do": "pay", "day": str(TODAY - timedelta(days=1))}, "day"),
        ("treasurer", "hand_up", {"do": "send", "kind": "DUES", "amount": "999", "sent_on": "2026-11-20"} | MONTHS, "amount"),
    ],
)  # fmt: skip
def test_what_is_refused_stands_at_its_field(
    city: City, client_of: Browse, who: str, where: str, data: dict[str, Any], field: str
) -> None:
    pages = places(city)
    node = city["CZ1111"]
    data = {"member": pages["member"], "node": node.pk, "seen": held_by(node).number} | data
    page = client_of(who).post(pages[where], data).content.decode()
    assert ERROR.findall(page) == [field]
    value = data[field]
    assert f'value="{value}"' in page


def test_more_than_ten_million_may_be_typed(city: City, client_of: Browse) -> None:
    """As the payroll of a large firm, and the dues of a large district."""
    data = INCOME | {"amount": "1", "payroll": "123,456,789.10"}
    client_of("secretary").post(places(city)["income"], data)
    assert Income.objects.latest("pk").payroll == Decimal("123456789.10")


def test_a_list_of_payments_comes_back_as_it_was_ticked_and_typed(city: City, client_of: Browse) -> None:
    people = branch_of(city, 2)
    url, client = f"/branch/{city['CZ1111'].pk}/dues/payments/", client_of("treasurer")
    lines = [("姓名", "金额"), ("党员0", 50), ("党员1", 50), ("合 计", 100)]
    page = client.post(url, {"file": book(lines), "month": "2026-11"}).content.decode()
    assert "共 2 行" in page
    rows = {f"{name}-{row}": value for row in (2, 3) for name, value in {"month": "2026-11", "name": "党员"}.items()}
    data = typed(city, book="1", row=["2", "3"], take=["3"], more="on", **rows)
    data |= {"member-2": people[0].pk, "member-3": people[1].pk, "amount-2": "50", "amount-3": "五十"}
    page = client.post(url, data).content.decode()
    assert "第 3 行：“五十”不是金额" in page
    assert 'value="五十"' in page
    assert ERROR.findall(page) == ["amount-3"]
    assert re.findall(r'name="take" value="(\d)"[^>]* checked', page) == ["3"]
    assert re.search(r'name="more" checked', page)
    assert not Payment.objects.exists()


def test_cells_that_are_no_amounts_are_marked(city: City, client_of: Browse) -> None:
    one, two, three = branch_of(city, 3)
    cells = {f"pay-{member.pk}-2026-11": text for member, text in ((one, "x"), (two, "20"), (three, "0"))}
    page = client_of("treasurer").post(f"/branch/{city['CZ1111'].pk}/dues/", typed(city, **cells)).content.decode()
    assert ERROR.findall(page) == [f"pay-{one.pk}-2026-11", f"pay-{three.pk}-2026-11"]
    assert all(f'value="{text}"' in page for text in cells.values())


def test_reasons_are_kept(city: City, client_of: Browse) -> None:
    """Somebody may not, or the money is gone: the reason stands where it was written."""
    [one] = branch_of(city, 1)
    months = {"since": YearMonth(2026, 11), "last": YearMonth(2026, 12)}
    relief = reliefs.propose(by=city.user("street"), member=one, kind="EXEMPT", monthly=0, reason="重病", studied_on=TODAY, on=TODAY, **months)  # type: ignore[arg-type] # fmt: skip
    grid = f"/branch/{city['CZ1111'].pk}/dues/"
    client_of("treasurer").post(grid, typed(city, all="1"))
    row = hand_ups.send(
        node=city["CZ1111"], amount=held_by(city["CZ1111"]).dues, first=YearMonth(2026, 11), last=YearMonth(2026, 11),
        sent_on=TODAY, seen=held_by(city["CZ1111"]).number, **told(city, "street"),
    )  # fmt: skip
    income = with_paper(city, entered(city, amount="100"))
    funds.book_income(income=income, **told(city))
    spent(city)
    refused = (
        ("street", "/dues/reliefs/", {"relief": relief.pk, "verdict": "approve", "answer": "情况属实"}, "answer"),
        ("street", "/dues/hand-ups/", {"do": "return", "hand_up": row.pk, "reason": "金额不符"}, "reason"),
        ("treasurer", f"/dues/incomes/{income.pk}/", {"do": "counter", "reason": "重复登记"}, "reason"),
        ("treasurer", grid, {"correct": Payment.objects.get().pk, "reason": "记错月份"}, "reason"),
    )
    for who, where, data, name in refused:
        page = client_of(who).post(where, data).content.decode()
        assert f'value="{data[name]}"' in page, where


def test_the_grid_of_another_year_asks_for_nothing_and_leads_to_no_year_without_one(
    city: City, client_of: Browse
) -> None:
    city.member("党员")
    grid = f"/branch/{city['CZ1111'].pk}/dues/"
    pages = {
        year: client_of("treasurer").get(f"{grid}?month={year}-03").content.decode() for year in (2021, 2026, 2027)
    }
    assert ["没有核定 2026 年的党费" in page for page in pages.values()] == [False, True, False]
    assert "没有核定 2" not in pages[2027]
    assert ["2020-12" in pages[2021], "2022-01" in pages[2021]] == [False, True]
    assert ["2028-01" in pages[2027], "2026-12" in pages[2027]] == [False, True]
