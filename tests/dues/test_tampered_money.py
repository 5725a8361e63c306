"""Whatever is changed outside the product in the rows that hang on the ledger is named by `audit_verify`, and nobody goes on
with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from core import proof
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Due, HandUp, Refund
from dues.queries.grid import newest
from dues.queries.hand_ups import held_by
from dues.services import funds, hand_ups
from dues.services.assessments import Line, assess_many
from dues.services.collection import Cell, How, collect
from tests.dues.test_funds import asked, discussed, entered, with_paper
from tests.ledger import NOW, told
from tests.people import TODAY, City
from tests.refunds import go, reach
from tests.trail import execute

BRANCH = "中共澄州明川电子有限公司支部委员会"
State = Refund.State
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def money(city: City, settings: Settings, tmp_path: Path) -> City:
    """One of everything: dues collected and handed up, a refund that was received, income and spending."""
    settings.DATA_DIR = tmp_path
    reach(city, State.RECEIVED)
    people = [city.member(name) for name in ("甲", "乙")]
    lines = [Line(one.pk, "WAGE", Decimal(5000), NOVEMBER) for one in people]
    assess_many(by=city.user("treasurer"), lines=lines, at=NOW, on=TODAY)
    cells = [Cell(one.pk, NOVEMBER, Decimal(50)) for one in people]
    branch = city["CZ1111"]
    collect(party_organization=branch, cells=cells, how=How(TODAY), seen=newest(branch), **told(city))
    sent: dict[str, Any] = {"first": YearMonth(2026, 11), "last": YearMonth(2026, 11), "sent_on": TODAY}
    hand_ups.send(node=branch, amount=Decimal(30), seen=held_by(branch).number, **sent, **told(city))
    hand_ups.confirm(hand_up=HandUp.objects.get(), **told(city, "street"))
    funds.book_income(income=with_paper(city, entered(city)), **told(city))
    spending = with_paper(city, discussed(city, asked(city)), "treasurer")
    funds.spend(spending=spending, amount=Decimal(20), day=TODAY, **told(city))
    return city


TAMPERED = [
    ("UPDATE dues_due SET paid = 0 WHERE paid = 50", "应交 50.00 元的已交与交纳明细不符"),
    ("UPDATE dues_due SET member_id = (SELECT max(id) FROM members_member), month = '2025-11-01' WHERE id = (SELECT min(id)"
     " FROM dues_due)", "记在另一名党员的应交月份"),
    ("UPDATE dues_refund SET state = 'APPROVED', paid_entry_id = NULL, received_entry_id = NULL", "没有对应的办理事项"),
    ("UPDATE dues_refund SET state = 'APPROVED', paid_entry_id = NULL, received_entry_id = NULL", "最后一步“到账确认”的记录不符"),
    ("UPDATE dues_refund SET amount = 120.40", f"{BRANCH} 返还党费 2026-08 至 2026-09与台账金额不符"),
    ("UPDATE dues_refund SET amount = 999, paid_total = 999", "的状态、金额与最后一步“到账确认”的记录不符"),
    ("DELETE FROM dues_refundmonth; DELETE FROM dues_refundstep; DELETE FROM dues_refund", "返还步骤“"),
    ("UPDATE dues_refundstep SET by_id = (SELECT id FROM accounts_user WHERE username = 'leader') WHERE step = 'APPROVE'",
     "审批”被改动，或不是由本系统登记"),
    ("UPDATE dues_income SET state = 'ENTERED', entry_id = NULL", "活动经费台账第 2 号没有对应的办理事项"),
    ("UPDATE dues_spending SET state = 'DISCUSSED', entry_id = NULL, amount = NULL", "活动经费台账第 3 号没有对应的办理事项"),
    ("UPDATE dues_handup SET state = 'SENT', received_entry_id = NULL, decided_by_id = NULL", "党费台账第 1 号没有对应的办理事项"),
    ("UPDATE dues_handup SET amount = 31", "与台账金额不符"),
    ("UPDATE dues_payment SET amount = 51 WHERE id = (SELECT min(id) FROM dues_payment)", "党费台账第 2 号”被改动"),
    ("UPDATE dues_payment SET member_id = (SELECT max(id) FROM members_member)", "党费台账第 2 号”被改动"),
    ("DELETE FROM dues_payment WHERE id = (SELECT min(id) FROM dues_payment)", "党费台账第 2 号”被改动"),
    ("INSERT INTO dues_payment (entry_id, party_organization_id, member_id, due_id, kind, amount, paid_on, method, receipt_no) "
     "SELECT entry_id, party_organization_id, member_id, due_id, kind, amount, paid_on, method, receipt_no FROM dues_payment",
     "党费台账第 2 号”被改动"),
    ("UPDATE dues_entry SET number = number + 100 WHERE kind = 'COLLECTED'", "党费台账第 102 号”被改动"),
    ("UPDATE dues_entry SET number = 203 - number WHERE book = 'DUES' AND kind <> 'OPENING'", "被改动"),
    ("UPDATE dues_closing SET through = '2026-01-31'", "结账“"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "named"), TAMPERED)
def test_what_was_changed_outside_is_named(money: City, statement: str, named: str) -> None:
    call_command("audit_verify")
    for one in statement.split("; "):
        execute(one)
    with pytest.raises(CommandError, match=named):
        call_command("audit_verify")
    assert any(named in one for one in proof.disagreements())


@pytest.mark.parametrize(
    ("state", "statement", "who", "step"),
    [
        (State.APPLIED, "UPDATE dues_refund SET state = 'REVIEWED'", "district", "approve"),
        (State.REVIEWED, "UPDATE dues_refund SET state = 'APPROVED', payer_id = (SELECT id FROM orgs_partyorganization "
         "WHERE code = 'CZ11')", "city", "pay"),
        (State.APPROVED, "UPDATE dues_refund SET amount = 120", "city", "pay"),
        (State.APPROVED, "UPDATE dues_refund SET paid_total = 130, amount = 130", "city", "pay"),
    ],
)  # fmt: skip
def test_nobody_goes_on_with_a_refund_that_its_steps_do_not_tell(
    city: City, state: str, statement: str, who: str, step: str
) -> None:
    reach(city, state)
    execute(statement)
    with pytest.raises(Refusal, match=r"与最后一步|台账现在是"):
        go(city, Refund.objects.get(), who, step)
    assert Due.objects.count() == 0
