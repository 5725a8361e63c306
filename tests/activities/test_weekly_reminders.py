"""每周提醒: one mail a week to whoever runs a branch in which something waits; it names no other person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from accounts.models import User
from activities.jobs import _send
from activities.services import obligations
from activities.services.reminders import remind
from orgs.models import Appointment
from tests.activities.plain_life import LAID
from tests.filing import members
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
ADDRESS = "secretary@example.com"


@pytest.fixture
def due(city: City) -> City:
    """The branch of the secretary, whose address is known, owes what fell due in its months."""
    members(city, 3)
    obligations.lay_out(on=LAID)
    user = city.user("secretary")
    user.email = ADDRESS
    user.save()
    return city


def test_one_mail_a_week_names_the_branch_and_counts(due: City) -> None:
    (one,) = remind(on=TODAY)
    assert one.to == [ADDRESS]
    assert "应办事项" in one.body
    assert str(due["CZ1111"]) in one.body
    assert "一号" not in one.body, "no member is named"
    assert remind(on=TODAY + timedelta(days=6)) == []
    assert len(remind(on=TODAY + timedelta(days=7))) == 1
    _send([one])
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("without", ["address", "account", "appointment", "duty"])
def test_whoever_need_not_be_reminded_is_not(due: City, without: str) -> None:
    user = User.objects.filter(username="secretary")
    match without:
        case "address":
            user.update(email="")
        case "account":
            user.update(is_active=False)
        case "appointment":
            Appointment.objects.filter(user__username="secretary").update(until=TODAY)
        case "duty":
            due["CZ1111"].obligations.update(state="NOT_HELD", reason="停产")
    assert remind(on=TODAY) == []


def test_the_number_of_queries_does_not_grow_with_people(due: City, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    deputy = due.user("stranger")
    deputy.email = "deputy@example.com"
    deputy.save()
    Appointment.objects.create(user=deputy, role="SECRETARY", node=due["CZ1111"], since=TODAY)
    with django_assert_num_queries(4):
        assert len(remind(on=TODAY)) == 2


class Picky(locmem.EmailBackend):
    """A server that knows one address and cannot read another."""

    def send_messages(self, messages: Sequence[mail.EmailMessage]) -> int:
        for one in messages:
            if one.to == ["gone@example.com"]:
                raise SMTPRecipientsRefused({"gone@example.com": (550, b"no such user")})
            if one.to == ["odd@example.com"]:
                raise UnicodeError("odd@example.com")
        return super().send_messages(messages)


def test_an_address_that_is_refused_keeps_nobody_else_waiting_and_stays_out_of_the_log(
    settings, caplog: pytest.LogCaptureFixture
) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    _send([mail.EmailMessage("本周待办", to=[one]) for one in ("gone@example.com", "odd@example.com", ADDRESS)])
    assert [one.to for one in mail.outbox] == [[ADDRESS]]
    assert "not all of 3 reminders were sent" in caplog.text
    assert "@" not in caplog.text
