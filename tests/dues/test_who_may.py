"""Every address of money × every person × every state: nobody acts on what he entered, also by a second account, as a deputy, from
another place, and no step is taken in a state that is not its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings

from core.models import AuditEntry
from core.months import YearMonth
from dues.forms import STEPS
from dues.models import Book, Entry, EntryKind, Income, Refund, Spending
from dues.queries.grid import newest
from dues.queries.hand_ups import held_by
from dues.services import refunds, reliefs
from dues.urls import urlpatterns
from tests.dues.test_collection import NOVEMBER, pay, sent
from tests.dues.test_collection import branch_of as members_of
from tests.dues.test_funds import asked, discussed, entered, funded, spent, with_paper
from tests.ledger import book, told
from tests.people import LONG_AGO, PEOPLE, TODAY, City, account
from tests.refunds import reach

State = Refund.State
SECONDS = (  # second accounts of those who act, and somebody of the branch, at every place from which a step is taken
    ("secretary2", "钱书记", "STREET", "CZ111"), ("secretary3", "钱书记", "DEPARTMENT", "CZ11"),
    ("secretary4", "钱书记", "TREASURER", "CZ1111"), ("treasurer2", "赵党费", "DEPARTMENT", "CZ"),
    ("street2", "孙街", "DEPARTMENT", "CZ11"), ("district2", "周区", "DEPARTMENT", "CZ"),
    ("deputy", "王副书记", "DEPARTMENT", "CZ11"), ("elsewhere", "别处", "STREET", "CZ112"),
)  # fmt: skip
SECRETARY, TREASURER = {"secretary"}, {"treasurer"}
# who may, of those who stand in PEOPLE and in SECONDS, by the state and the button
REVIEWERS = {"street", "district", "city", "street2", "district2"}
MAY: dict[str, dict[str, set[str]]] = {
    State.LISTED: {"apply": SECRETARY, "withdraw": SECRETARY},
    State.RETURNED: {"apply": SECRETARY, "withdraw": SECRETARY},
    State.APPLIED: {"review": REVIEWERS, "return": REVIEWERS, "reject": REVIEWERS, "withdraw": SECRETARY},
    State.REVIEWED: {key: {"district", "city", "district2"} for key in ("approve", "return", "reject")},
    State.APPROVED: {key: {"city"} for key in ("pay", "return")},
    State.PAID: {"receive": TREASURER},
    State.RECEIVED: {}, State.REJECTED: {}, State.WITHDRAWN: {},
}  # fmt: skip


@pytest.fixture
def crowd(city: City, settings: Settings, tmp_path: Path) -> dict[str, Client]:
    """A browser of everybody."""
    settings.DATA_DIR = tmp_path
    for username, name, role, node in SECONDS:
        city.people[username] = account(username, None, name=name, must_change_password=False)
        city.people[username].appointments.create(role=role, node=city[node], since=LONG_AGO)
    city["CZ1111"].posts.create(post="DEPUTY", name="王副书记", source="SENT", since=LONG_AGO)
    return {username: city.client(username) for username in city.people}


def standing(city: City, state: str) -> Refund:
    if state == State.REJECTED:
        return refunds.send_back(refund=reach(city, State.APPLIED), reason="不符", reject=True, **told(city, "street"))
    if state == State.WITHDRAWN:
        return refunds.withdraw(refund=reach(city, State.LISTED), **told(city, "secretary"))
    return reach(city, state)


def written() -> tuple[int, int]:
    return AuditEntry.objects.exclude(action="core.refused").count(), Entry.objects.count()


def able(crowd: dict[str, Client], address: str, data: dict[str, Any]) -> set[str]:
    """Who changes anything by sending this; all of it is taken back."""
    found = set()
    for username, client in crowd.items():
        before = written()
        with transaction.atomic():
            for one in data.values():
                if isinstance(one, SimpleUploadedFile):
                    one.seek(0)
            client.post(address, data)
            if written() != before:
                found.add(username)
            transaction.set_rollback(True)
    return found


@pytest.mark.once
@pytest.mark.parametrize("state", MAY)
def test_each_button_of_a_refund_works_for_whom_it_is_and_for_nobody_else(
    city: City, crowd: dict[str, Client], state: str
) -> None:
    refund = standing(city, state)
    address = f"/dues/refunds/{refund.pk}/"
    found = {do: able(crowd, address, {"do": do, "day": TODAY, "reason": "清单不全"}) for do in STEPS}
    assert {do: who for do, who in found.items() if who} == MAY[state]
    acted = {
        step.by.username for step in refund.steps.exclude(step__in=["LIST", "APPLY", "RETURN"]).select_related("by")
    }
    assert not acted & set().union(*MAY[state].values(), set()), "nobody who acted acts on"


def test_a_batch_approves_for_nobody_to_whom_a_single_one_would_be_refused(
    city: City, crowd: dict[str, Client]
) -> None:
    refund = reach(city, State.REVIEWED)
    assert able(crowd, "/dues/refunds/", {"do": "approve", "refund": refund.pk}) == MAY[State.REVIEWED]["approve"]


def test_income_and_spending_are_entered_by_the_one_and_booked_by_the_other(
    city: City, crowd: dict[str, Client]
) -> None:
    funded(city)
    income, branch = with_paper(city, entered(city)), city["CZ1111"].pk
    decided = {"discussed_on": TODAY, "present": 3, "agreed": 3, "minutes": "同意"}
    money = {"amount": "5", "received_on": TODAY, "giver": "单位", "paper": "协议", "source": "FEE"}
    wanted = [
        (f"/branch/{branch}/funds/income/", money, SECRETARY),
        (f"/branch/{branch}/funds/spending/", {"use": "LIFE", "purpose": "活动", "asked": "5"}, SECRETARY),
        (f"/dues/incomes/{income.pk}/", {"do": "book"}, TREASURER),
        (f"/dues/incomes/{income.pk}/", {"do": "return", "reason": "重复"}, TREASURER | {"secretary4"}),
        (f"/dues/spendings/{asked(city).pk}/", decided, TREASURER),
        (f"/dues/spendings/{with_paper(city, discussed(city, asked(city, '99'))).pk}/", {"day": TODAY, "amount": "5"}, TREASURER),
        (f"/dues/spendings/{spent(city, '1', use='CARE').pk}/", {"day": TODAY, "amount": "5"}, set()),
        (f"/branch/{branch}/funds/?book=FUND", {"month": "2026-10"}, set()),
    ]  # fmt: skip
    assert [(address, able(crowd, address, data)) for address, data, _ in wanted] == [
        (address, who) for address, _, who in wanted
    ]
    assert (Income.objects.count(), Spending.objects.count()) == (1, 3)


def test_a_year_is_published_by_the_secretary_alone(city: City, crowd: dict[str, Client]) -> None:
    book(city, "500", of=Book.FUND, kind=EntryKind.REFUND, day=date(2025, 3, 1))
    assert able(crowd, f"/branch/{city['CZ1111'].pk}/funds/2025/", {}) == SECRETARY


@pytest.mark.once
def test_dues_are_assessed_collected_and_handed_up_by_the_treasurer_and_decided_above(
    city: City, crowd: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)
    one, other = members_of(city, 2)
    paid = pay(city, (one, NOVEMBER, 50), (other, date(2026, 10, 1), 50)).payments.get(member=one)
    sent_up, seen = sent(city, 10), newest(city["CZ1111"])
    told_ = {"kind": "EXEMPT", "monthly": Decimal(0), "since": YearMonth(2026, 12), "last": YearMonth(2026, 12)}
    relief = reliefs.propose(by=city.user("treasurer"), member=one, reason="重病", studied_on=TODAY, on=TODAY, **told_)
    how = {"paid_on": TODAY, "method": "CASH", "seen": seen}
    months = {"since": "2026-11", "last": "2026-12"}
    line = {"take": "2", "member-2": other.pk, "month-2": "2026-11", "amount-2": "50"}
    hand_up = {"node": city["CZ1111"].pk, "seen": held_by(city["CZ1111"]).number, "kind": "DUES", "amount": "5",
               "first": "2026-11", "last": "2026-11", "sent_on": TODAY}  # fmt: skip
    names = SimpleUploadedFile("名单.csv", f"姓名,计算基数\n{other.name},6000\n".encode())
    collectors, branch = TREASURER | {"secretary4"}, f"/branch/{city['CZ1111'].pk}/dues/"
    wanted = [
        (branch, {"all": "1", **how}, collectors),
        (branch, {"correct": paid.pk, "reason": "记错"}, collectors),
        (f"{branch}assess/", {"member": other.pk, "since": "2026-11", "payer": "TOKEN"}, collectors),
        (f"{branch}assess/list/", {"file": names}, collectors),
        (f"{branch}relief/", {"member": other.pk, "kind": "EXEMPT", "reason": "重病", "studied_on": TODAY, **months}, collectors),
        (f"{branch}gift/", {"member": other.pk, "amount": "1200", "note": "自愿", **how}, collectors),
        (f"{branch}payments/", {"book": "1", **line, **how}, collectors),
        ("/dues/hand-ups/", {"do": "send", **hand_up}, collectors),
        ("/dues/hand-ups/", {"do": "confirm", "hand_up": sent_up.pk}, REVIEWERS),
        ("/dues/hand-ups/", {"do": "return", "hand_up": sent_up.pk, "reason": "不符"}, REVIEWERS),
        ("/dues/reliefs/", {"relief": relief.pk, "verdict": "approve"}, REVIEWERS),
        ("/dues/reliefs/", {"relief": relief.pk, "verdict": "reject", "answer": "不符"}, REVIEWERS),
    ]  # fmt: skip
    found = [able(crowd, address, data) for address, data, _ in wanted]
    assert [(data, who) for who, (_, data, may) in zip(found, wanted, strict=True) if who != may] == []


def test_every_address_at_which_money_is_written_is_walked() -> None:
    walked = {
        "refunds", "refund", "income", "spending", "funds", "income_new", "spending_new", "fund_year", "dues_grid", "dues_assess",
        "dues_assess_list", "dues_relief", "dues_gift", "dues_payments", "dues_hand_ups", "dues_reliefs",
    }  # fmt: skip
    reading = {"refund_notice", "voucher", "ledger_book", "dues", "dues_print", "dues_branches", "dues_arrears"}
    assert {one.name for one in urlpatterns} - walked - reading == {"refund_new"}, "drawn up by whoever applies"
    assert {username for username, *_ in PEOPLE} - {"leader", "instructor"} >= {"street", "city"}
