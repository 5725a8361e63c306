"""Ways round the separation of duties that stand in no row of the refund: another name, another password, another place."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.services import accounts
from core.refusals import Refusal
from dues.models import Refund
from dues.services import refunds
from orgs.services.appointments import issue_code
from orgs.services.party import establish, move
from tests.ledger import told
from tests.people import LONG_AGO, TODAY, City, account
from tests.refunds import go, reach

State = Refund.State


def second(city: City, name: str, role: str, node: str) -> str:
    """One more account."""
    city.people["second"] = account("second", None, name=name, must_change_password=False)
    city.people["second"].appointments.create(role=role, node=city[node], since=LONG_AGO)
    return "second"


def renamed(city: City, username: str, name: str) -> None:
    user = city.user(username)
    accounts.change_account(user=user, by=city.user("sysadmin"), name=name, unit="", reason="更正")


@pytest.mark.parametrize(("who", "name"), [("secretary", "钱一"), ("second", "钱二")])
def test_a_new_name_makes_nobody_another_person(city: City, who: str, name: str) -> None:
    refund = reach(city, State.APPLIED)
    second(city, "钱书记", "STREET", "CZ111")
    renamed(city, who, name)
    with pytest.raises(Refusal, match="同名账号"):
        go(city, refund, "second")
    assert go(city, refund, "street").state == State.REVIEWED


def test_whoever_could_have_signed_in_as_the_applicant_does_not_review(city: City) -> None:
    """The street gives its secretaries new passwords: with one of them it could apply itself."""
    scope = city.scope("street")
    issue_code(user=city.user("secretary"), by=city.user("street"), scope=scope, reason="遗忘", on=TODAY)
    refund = reach(city, State.LISTED)
    refund = refunds.apply(refund=refund, **told(city, "secretary") | {"at": timezone.now()})
    with pytest.raises(Refusal, match="为钱书记重置口令的是您本人，不能再由您审核"):
        go(city, refund, "street")
    assert go(city, refund, "district").state == State.REVIEWED


def test_who_serves_at_the_general_branch_serves_at_its_branches(city: City) -> None:
    general = establish(by=None, name="明川总支", kind="general_branch", parent=city["CZ111"], code="CZG", on=LONG_AGO)
    move(by=None, party_organization=city["CZ1111"], to=general, on=TODAY)
    city.nodes |= {"CZG": general, "CZ1111": type(general).objects.get(code="CZ1111")}
    second(city, "总支书记", "SECRETARY", "CZG")
    city.people["second"].appointments.create(role="STREET", node=city["CZ111"], since=LONG_AGO)
    refund = reach(city, State.APPLIED)
    with pytest.raises(Refusal, match="任职或曾经任职"):
        go(city, refund, "second")
