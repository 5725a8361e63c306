"""A Party organization that ends leaves no money behind: what is on its way comes first, the rest goes along as what it is."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from core.refusals import Refusal
from dues.models import Due, Entry
from dues.queries.hand_ups import held_by
from dues.queries.reconciliation import unreconciled
from dues.services import hand_ups, refunds
from dues.services.collection import How, receive_gift
from members.services.members import move_to
from orgs.facts import differences
from orgs.services import endings, party
from tests.dues.test_collection import JANUARY, NOON, NOVEMBER, branch_of, pay, sent
from tests.dues.test_dues_figures import told as figures
from tests.ledger import told
from tests.people import TODAY, City
from tests.refunds import State, reach

pytestmark = pytest.mark.django_db


def merged(city: City, source: str = "CZ1111", into: str = "CZ1112") -> None:
    endings.merge(by=None, party_organization=city[source], into=city[into], on=TODAY, reason="合并")


def test_what_was_paid_and_given_stays_what_it_is(city: City) -> None:
    one, two = branch_of(city, 2)
    pay(city, (one, JANUARY, 50), (one, NOVEMBER, 50), (two, JANUARY, 50))
    receive_gift(by=None, member=one, amount=D(1200), how=How(TODAY), note="自愿", seen=0, at=NOON, on=TODAY)
    before = figures(city)["R11_AMOUNT"]
    merged(city)
    assert held_by(city["CZ1111"])[:2] == (0, 0)
    assert held_by(city["CZ1112"])[:2] == (150, 1200)
    assert figures(city)["R11_AMOUNT"] == before == (100, 1000)
    assert {*Due.objects.values_list("party_organization__code", flat=True)} == {"CZ1112"}
    assert (list(unreconciled()), differences(on=TODAY)) == ([], [])


def test_nothing_ends_while_money_is_on_its_way_up(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 50))
    row = sent(city, 50)
    for source, into in (("CZ1111", "CZ1112"), ("CZ111", "CZ112")):
        with pytest.raises(Refusal, match="还有 1 笔党费上缴没有办结"):
            merged(city, source, into)
    hand_ups.confirm(by=city.user("street"), hand_up=row, at=NOON, on=TODAY)
    merged(city)
    assert Entry.objects.filter(party_organization=city["CZ111"]).get().balance == 50


def test_what_was_paid_at_a_branch_that_is_dissolved_counts_above(city: City) -> None:
    [one] = branch_of(city, 1)
    pay(city, (one, NOVEMBER, 50), (one, JANUARY, 50))
    hand_ups.confirm(by=city.user("street"), hand_up=sent(city, 100), at=NOON, on=TODAY)
    trail: dict[str, Any] = {"by": None, "on": TODAY, "reason": "撤销"}
    move_to(member=one, party_organization=city["CZ1112"], since=TODAY, **trail)
    before = figures(city)["R11_AMOUNT"]
    endings.dissolve(party_organization=city["CZ1111"], **trail)
    assert figures(city)["R11_AMOUNT"] == before == (50, 500)
    assert differences(on=TODAY) == []


def test_a_district_pays_for_no_branch_that_went_elsewhere(city: City) -> None:
    """Approved by the one, it would be paid out of its book by the other."""
    row = reach(city, State.APPROVED)
    party.move(by=None, party_organization=city["CZ1111"], to=city["CZ121"], on=TODAY)
    for who in ("stranger", "city"):
        with pytest.raises(Refusal, match=r"已不隶属.*请退回，由支部重新申请"):
            refunds.pay(refund=row, day=TODAY, **told(city, who))
    row = refunds.send_back(refund=row, reason="改由临江区拨付", **told(city, "stranger"))
    assert (row.state, row.payer) == (State.RETURNED, None)
