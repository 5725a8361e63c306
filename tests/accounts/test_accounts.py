"""Opening, closing and resetting accounts: none of it gives a right, all of it is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from accounts.services import accounts
from core.jobs import Progress, job_kinds
from core.models import AuditEntry, Job
from core.refusals import Refusal
from orgs.models import Appointment
from orgs.services.appointments import close_unused_accounts
from tests.people import City, account


def test_an_opened_account_waits_for_an_appointment(city: City) -> None:
    user, code = accounts.open_account(
        by=city.user("sysadmin"), username="newcomer", name="新同志", phone="13900000000"
    )
    city.people["newcomer"] = user
    assert user.check_password(code)
    assert not city.scope("newcomer").grants
    entry = AuditEntry.objects.get(action="accounts.open")
    assert entry.changes["username"] == [None, "newcomer"]
    assert "13900000000" not in str(entry.changes), "a phone number is personal"
    assert code not in str(entry.changes)


def test_codes_differ_and_hold_no_letters_that_are_mistaken() -> None:
    codes = {accounts.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("0O1lIio")


@pytest.mark.parametrize("name", ["leader", "LEADER"])
def test_a_name_is_taken_once_whatever_its_case(city: City, name: str) -> None:
    with pytest.raises(Refusal, match="已被使用"):
        accounts.open_account(by=city.user("sysadmin"), username=name, name="又一人")


def test_an_account_has_a_person(city: City) -> None:
    with pytest.raises(ValidationError):
        accounts.open_account(by=city.user("sysadmin"), username="nobody", name="")


@pytest.mark.parametrize("service", [accounts.close_account, accounts.reopen_account, accounts.reset_password])
def test_nobody_does_it_for_themselves(city: City, service: object) -> None:
    user = city.user("sysadmin")
    with pytest.raises(Refusal, match="不能办理自己的账号"):
        service(user=user, by=user, reason="试")


def test_closing_and_opening_again(city: City) -> None:
    user, by = city.user("leader"), city.user("sysadmin")
    accounts.close_account(user=user, by=by, reason="退休")
    assert not city.scope("leader").grants
    with pytest.raises(Refusal, match="已停用"):
        accounts.reset_password(user=user, by=by)
    code = accounts.reopen_account(user=user, by=by, reason="返聘")
    assert user.check_password(code)
    assert city.scope("leader").grants
    reasons = AuditEntry.objects.filter(model="accounts.user").order_by("pk").values_list("action", "reason")
    assert list(reasons) == [("accounts.close", "退休"), ("accounts.reopen", "返聘")]


def test_correcting_an_account_writes_what_differs(city: City) -> None:
    user = city.user("leader")
    accounts.change_account(user=user, by=city.user("sysadmin"), name="李领导", unit="市委组织部", phone="")
    assert AuditEntry.objects.get(action="accounts.change").changes == {"unit": ["", "市委组织部"]}
    accounts.change_account(user=user, by=city.user("sysadmin"), name="李领导", unit="市委组织部", phone="")
    assert AuditEntry.objects.filter(action="accounts.change").count() == 1


@pytest.mark.parametrize(("days", "closed"), [(90, 0), (91, 1)])
def test_an_account_unused_for_ninety_days_closes_at_night(city: City, days: int, closed: int) -> None:
    now = timezone.now()
    User.objects.update(last_seen_at=now)
    User.objects.filter(username="leader").update(last_seen_at=now - timedelta(days=days, minutes=-1))
    job = job_kinds["accounts.close_unused"]
    assert job.daily
    assert job.run(Job(), Progress()) == {"closed": closed}
    assert AuditEntry.objects.filter(action="accounts.close", label="李领导（leader）").count() == closed


def test_one_administrator_of_each_duty_stays_open(city: City) -> None:
    second = account("second", None, name="又一系统")
    Appointment.objects.create(user=second, role="SYSTEM", node=city["CZ"], since=timezone.localdate())
    now = timezone.now()
    User.objects.update(last_seen_at=now - timedelta(days=200))
    User.objects.filter(pk=second.pk).update(last_seen_at=now - timedelta(days=100))
    close_unused_accounts(at=now)
    assert set(User.objects.filter(is_active=True).values_list("username", flat=True)) == {
        "second",
        "security",
        "auditor",
    }


def test_an_account_whose_duty_is_still_to_begin_stays_open(city: City) -> None:
    """Of the duty of `security`, which ends, nobody would be left."""
    now, today = timezone.now(), timezone.localdate()
    awaited = account("awaited", None, name="接任安全")
    city.user("security").appointments.update(until=today + timedelta(days=9))
    Appointment.objects.create(user=awaited, role="SECURITY", node=city["CZ"], since=today + timedelta(days=9))
    User.objects.update(last_seen_at=now - timedelta(days=200))
    close_unused_accounts(at=now)
    assert set(User.objects.filter(is_active=True).values_list("username", flat=True)) == {
        "awaited",
        "security",
        "auditor",
        "sysadmin",
    }


NAMES = ("--sysadmin", "冯系统", "--security", "韩安全", "--auditor", "杨审计")


def test_an_empty_system_begins_with_three_administrators(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("first_administrators", "--root", "中共澄州市委员会", *NAMES)
    printed = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert [(role, username) for role, username, _ in printed] == [
        ("系统管理员", "sysadmin"),
        ("安全管理员", "security"),
        ("审计管理员", "auditor"),
    ]
    for _, username, code in printed:
        user = User.objects.get(username=username)
        assert user.check_password(code)
        assert user.must_change_password
        assert user.appointments.get().node.name == "中共澄州市委员会"
    with pytest.raises(CommandError, match="已有管理员"):
        call_command("first_administrators", *NAMES)
    assert User.objects.count() == 3


def test_the_first_administrators_are_all_or_none(city: City) -> None:
    Appointment.objects.filter(role__in=("SYSTEM", "SECURITY", "AUDIT")).delete()
    with pytest.raises(CommandError, match="已被使用"):
        call_command("first_administrators", *NAMES)
    assert not Appointment.objects.filter(role="SYSTEM").exists()


def test_nobody_takes_another_name_in_the_trail(city: City) -> None:
    sysadmin = city.user("sysadmin")
    with pytest.raises(Refusal, match="不能办理自己的账号"):
        accounts.change_account(user=sysadmin, by=sysadmin, name=city.user("auditor").name, unit="")
    accounts.change_account(user=sysadmin, by=sysadmin, name=sysadmin.name, unit="信息中心")
    assert AuditEntry.objects.get(action="accounts.change").changes == {"unit": ["", "信息中心"]}
