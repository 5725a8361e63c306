"""An administrator's account is opened to nobody by one person alone: another duty confirms, both are named, its owner is told."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AccountRequest, Authenticator, User
from accounts.permissions import Permission
from accounts.roles import ROLES
from core.models import AuditEntry
from core.refusals import Refusal
from orgs.models import Appointment
from orgs.services.account_acts import AT_A_BUTTON, act_on, answer, correct
from orgs.services.appointments import end_appointment
from tests.people import LONG_AGO, PASSWORD, TODAY, City, account

ADMINISTRATORS = ("sysadmin", "security", "auditor")
CODE = re.compile(r"<code[^>]*>(\w+)</code>")


@pytest.fixture
def second(city: City) -> dict[str, User]:
    """One more of each duty, named with a 2."""
    for username in ADMINISTRATORS:
        user = account(f"{username}2", PASSWORD, name=f"又一{username}", must_change_password=False)
        role = city.user(username).appointments.get().role
        Appointment.objects.create(user=user, role=role, node=city["CZ"], since=LONG_AGO)
        city.people[user.username] = user
    return city.people


def ask(city: City, username: str, act: str = "reset", by: str = "sysadmin") -> AccountRequest:
    """The system administrator wants something done with an administrator's account."""
    wanted = act_on(account=city.user(username), act=act, by=city.user(by), reason="本人遗忘", on=TODAY)
    assert isinstance(wanted, AccountRequest)
    return wanted


def test_the_system_administrator_does_not_become_the_security_administrator(city: City) -> None:
    """Reset the password and the second factor of `security`, sign in as him, appoint oneself."""
    victim, attacker = city.user("security"), Client()
    Authenticator.objects.create(user=victim, confirmed=True, name="动态口令")
    attacker.force_login(city.user("sysadmin"))
    shown = ""
    for act in ("reset", "factor", "close", "reopen"):
        answer = attacker.post(f"/accounts/{victim.pk}/", {"do": act, "reason": "试一试"}, follow=True)
        shown += answer.content.decode()
    victim.refresh_from_db()
    assert victim.check_password(PASSWORD)
    assert victim.is_active
    assert victim.authenticators.exists()
    code = CODE.search(shown)
    assert code is None
    waiting = AccountRequest.objects.get()
    for do in ("confirm", "refuse"):
        assert attacker.post(f"/accounts/requests/{waiting.pk}/", {"do": do}).status_code == 403
    assert AccountRequest.objects.waiting().exists()


@pytest.mark.parametrize("act", sorted(AT_A_BUTTON))
@pytest.mark.parametrize("username", ["security", "auditor", "sysadmin2"])
def test_another_duty_confirms_and_both_are_named(city: City, second: dict[str, User], username: str, act: str) -> None:
    account = city.user(username)
    by = city.user("auditor2" if username == "auditor" else "auditor")
    Authenticator.objects.create(user=account, confirmed=True, name="动态口令")
    if act == "reopen":
        User.objects.filter(pk=account.pk).update(is_active=False)
    code = answer(asked=ask(city, username, act), by=by, confirm=True, on=TODAY)
    account.refresh_from_db()
    assert bool(code) == (act in ("reset", "reopen"))
    assert account.is_active == (act != "close")
    assert account.authenticators.exists() == (act != "factor")
    if code:
        assert account.check_password(code)
    done = AuditEntry.objects.filter(object_id=str(account.pk), model="accounts.user").latest("pk")
    assert (done.user, done.reason) == (by, f"冯系统申请，{by.name}确认：本人遗忘")
    asked = AuditEntry.objects.get(action="accounts.ask")
    assert (asked.user, asked.label) == (city.user("sysadmin"), f"{AccountRequest.Act(act).label}：{account}")


def test_neither_who_asked_nor_whom_it_concerns_nor_the_same_duty_confirms(city: City, second: dict[str, User]) -> None:
    wanted = ask(city, "security")
    for username in ("sysadmin", "sysadmin2", "security", "city", "street", "leader"):
        with pytest.raises(Refusal, match="另一职责的管理员确认"):
            answer(asked=wanted, by=city.user(username), confirm=True, on=TODAY)
    Appointment.objects.filter(user=city.user("sysadmin")).update(until=TODAY)
    Appointment.objects.create(user=city.user("sysadmin"), role="AUDIT", node=city["CZ"], since=TODAY)
    with pytest.raises(Refusal, match="另一职责的管理员确认"):
        answer(asked=wanted, by=city.user("sysadmin"), confirm=True, on=TODAY)
    assert city.user("security").check_password(PASSWORD)


@pytest.mark.parametrize("by", ["security", "security2", "auditor"])
def test_the_owner_too_may_say_no(city: City, second: dict[str, User], by: str) -> None:
    wanted = ask(city, "security")
    answer(asked=wanted, by=city.user(by), confirm=False, on=TODAY)
    with pytest.raises(Refusal, match="这项申请已由"):
        answer(asked=wanted, by=city.user("auditor"), confirm=True, on=TODAY)
    entry = AuditEntry.objects.get(action="accounts.refuse")
    assert entry.reason == f"冯系统申请，{city.user(by).name}不同意：本人遗忘"
    assert ask(city, "security")


def test_the_database_knows_the_rule_too(city: City) -> None:
    wanted = ask(city, "security")
    for values in (
        {"answered_by": city.user("sysadmin"), "decision": "confirmed", "answered_at": timezone.now()},
        {"answered_by": city.user("security"), "decision": "confirmed", "answered_at": timezone.now()},
        {"decision": "confirmed"},
        {"asked_by": city.user("security")},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountRequest.objects.filter(pk=wanted.pk).update(**values)


def test_one_request_for_an_account_at_a_time(city: City) -> None:
    ask(city, "security")
    with pytest.raises(Refusal, match="已有一项申请等待确认"):
        ask(city, "security", "factor")


def test_whoever_will_be_an_administrator_is_treated_as_one(city: City) -> None:
    user = account("newcomer", PASSWORD, name="新同志", must_change_password=False)
    city.people["newcomer"] = user
    Appointment.objects.create(user=user, role="AUDIT", node=city["CZ"], since=timezone.localdate().replace(year=2030))
    ask(city, "newcomer")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_accounts_of_others_are_done_at_once(city: City) -> None:
    code = act_on(account=city.user("leader"), act="reset", by=city.user("sysadmin"), reason="遗忘", on=TODAY)
    assert isinstance(code, str)
    for username in ("security", "auditor", "city", "street"):
        with pytest.raises(Refusal, match="只有系统管理员可以办理账号"):
            act_on(account=city.user("leader"), act="reset", by=city.user(username), reason="遗忘", on=TODAY)


@pytest.mark.parametrize("act", sorted(AT_A_BUTTON))
def test_nobody_does_it_for_themselves(city: City, act: str) -> None:
    with pytest.raises(Refusal, match="不能办理自己的账号"):
        act_on(account=city.user("sysadmin"), act=act, by=city.user("sysadmin"), reason="遗忘", on=TODAY)


@pytest.mark.parametrize("username", ["security", "auditor"])
def test_the_last_holder_of_a_duty_is_not_closed(city: City, second: dict[str, User], username: str) -> None:
    wanted = ask(city, username, "close")
    User.objects.filter(pk=city.user(f"{username}2").pk).update(is_active=False)
    with pytest.raises(Refusal, match="唯一长期任职"):
        answer(asked=wanted, by=city.user("auditor" if username == "security" else "security"), confirm=True, on=TODAY)
    AccountRequest.objects.all().delete()
    with pytest.raises(Refusal, match="唯一长期任职"):
        ask(city, username, "close")
    city.user(username).refresh_from_db()
    assert city.user(username).is_active


def test_a_closed_account_is_opened_before_it_is_reset(city: City) -> None:
    User.objects.filter(pk=city.user("leader").pk).update(is_active=False)
    for act in ("reset", "factor"):
        with pytest.raises(Refusal, match="账号已停用"):
            act_on(account=city.user("leader"), act=act, by=city.user("sysadmin"), reason="遗忘", on=TODAY)


def test_only_the_other_two_duties_confirm() -> None:
    """Whoever may ask may not confirm, so that the one who confirms is always of another duty."""
    confirming = {role.code for role in ROLES.values() if Permission.ACCOUNTS_CONFIRM in role.permissions}
    asking = {role.code for role in ROLES.values() if Permission.ACCOUNTS_CHANGE in role.permissions}
    assert (asking, confirming) == ({"SYSTEM"}, {"SECURITY", "AUDIT"})


@pytest.mark.parametrize("open_before", [True, False])
def test_a_lone_administrator_is_let_back_in_on_the_server(
    city: City, open_before: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    user = city.user("security")
    Authenticator.objects.create(user=user, confirmed=True, name="动态口令")
    User.objects.filter(pk=user.pk).update(is_active=open_before)
    call_command("let_administrator_in", "security", "--reason", "唯一的系统管理员也离岗")
    user.refresh_from_db()
    assert user.check_password(capsys.readouterr().out.split()[1])
    assert (user.is_active, user.must_change_password, user.authenticators.exists()) == (True, True, False)
    told = {"model": "accounts.user", "object_id": str(user.pk), "user": None}
    written = AuditEntry.objects.filter(**told).order_by("pk")
    assert [entry.action for entry in written] == [
        "accounts.factor_reset",
        "accounts.reset" if open_before else "accounts.reopen",
    ]
    assert all("在服务器上由" in entry.reason and "也离岗" in entry.reason for entry in written)


@pytest.mark.parametrize(("username", "sentence"), [("leader", "不是系统、安全或审计管理员"), ("nobody", "没有登录名")])
def test_the_way_on_the_server_is_for_administrators(city: City, username: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("let_administrator_in", username, "--reason", "遗忘口令")


def test_an_administrator_gets_another_name_when_another_duty_agrees(city: City, client: Client) -> None:
    """What the administrator does from then on stands in the trail under that name."""
    client.force_login(city.user("sysadmin"))
    account = city.user("security")
    page = client.post(f"/accounts/{account.pk}/", {"do": "change", "name": "冯系统", "unit": "保密办"}, follow=True)
    assert "须由安全管理员或审计管理员确认" in page.content.decode()
    account.refresh_from_db()
    assert (account.name, account.unit) == ("韩安全", "保密办")
    asked = AccountRequest.objects.get()
    answer(asked=asked, by=city.user("auditor"), confirm=True, on=TODAY)
    account.refresh_from_db()
    assert (account.name, account.unit) == ("冯系统", "保密办")
    entry = AuditEntry.objects.filter(action="accounts.change").latest("pk")
    assert (entry.user, entry.reason) == (city.user("auditor"), "冯系统申请，杨审计确认：韩安全改为冯系统")
    assert client.post(f"/accounts/{account.pk}/", {"do": "rename", "reason": "改名"}).status_code == 400


def test_others_are_renamed_at_once(city: City) -> None:
    by, leader = city.user("sysadmin"), city.user("leader")
    assert correct(account=leader, by=by, name="李新名", unit="", phone="", on=TODAY) is None
    leader.refresh_from_db()
    assert leader.name == "李新名"
    with pytest.raises(Refusal, match="只有系统管理员可以办理账号"):
        correct(account=leader, by=city.user("city"), name="李旧名", unit="", phone="", on=TODAY)


HANDING_OVER = {"change_account", "reset_password", "reopen_account", "close_account", "reset_authenticator"}


def test_no_other_way_leads_to_what_opens_an_account() -> None:
    root, callers = Path(django_settings.BASE_DIR), set()
    for path in root.glob("*/**/*.py"):
        app = path.relative_to(root)
        if app.parts[0] in (".venv", "tests", "build"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            callers |= {(str(app), name)} if name in HANDING_OVER else set()
    assert callers == {
        *(("orgs/services/account_acts.py", name) for name in HANDING_OVER),
        ("orgs/services/appointments.py", "reset_password"),  # issue_code: of those whom the street looks after
    }


def test_the_pages_lead_through_it(city: City, client: Client) -> None:
    client.force_login(city.user("sysadmin"))
    victim = city.user("security")
    assert "申请重置口令" in client.get(f"/accounts/{victim.pk}/").content.decode()
    assert "申请重置口令" not in client.get(f"/accounts/{city.user('street').pk}/").content.decode()
    page = client.post(f"/accounts/{victim.pk}/", {"do": "reset", "reason": "手机丢失"}, follow=True).content.decode()
    assert "须由安全管理员或审计管理员确认" in page
    assert "待安全管理员或审计管理员确认" in page
    assert 'name="reason"' not in page  # one request at a time: nothing is offered that would be refused
    client.force_login(victim)
    one = AccountRequest.objects.get()
    own = client.get(f"/accounts/requests/{one.pk}/").content.decode()
    assert "这是对您本人账号的申请" in own
    assert 'value="confirm"' not in own
    client.force_login(city.user("auditor"))
    assert "重置口令" in client.get("/accounts/requests/?decision=waiting").content.decode()
    assert client.post(f"/accounts/requests/{one.pk}/", {"do": "x"}).status_code == 400
    shown = client.post(f"/accounts/requests/{one.pk}/", {"do": "confirm"}).content.decode()
    victim.refresh_from_db()
    assert victim.check_password(CODE.search(shown)[1])
    assert f"<dd>{timezone.localtime(victim.code_expires_at):%Y-%m-%d %H:%M}</dd>" in shown
    again = client.post(f"/accounts/requests/{one.pk}/", {"do": "confirm"}, follow=True).content.decode()
    assert "已由杨审计办理" in again


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["end", "close", "end and close"])
def test_two_who_take_each_others_duty_at_once_leave_one(city: City, second: dict[str, User], way: str) -> None:
    """Each sees two holders when it begins; the later one waits for the other and then sees one."""
    one, other = city.user("security"), city.user("security2")
    closing = {name: ask(city, name, "close") for name in ("security", "security2")} if "close" in way else {}
    both, failures = threading.Barrier(2), []

    def end(by: User, of: User) -> Callable[[], object]:
        held = of.appointments.get()
        return lambda: end_appointment(by=by, appointment=held, until=TODAY, reason="调离", on=TODAY)

    def close(username: str) -> Callable[[], object]:
        return lambda: answer(asked=closing[username], by=city.user("auditor"), confirm=True, on=TODAY)

    acts = {
        "end": [end(one, other), end(other, one)],
        "close": [close("security"), close("security2")],
        "end and close": [end(one, other), close("security")],
    }[way]

    def run(act: Callable[[], object]) -> None:
        try:
            both.wait()
            act()
        except Refusal as refusal:
            failures.append(type(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    left = Appointment.objects.on(TODAY).filter(role="SECURITY", user__is_active=True)
    assert left.count() == 1
    assert len(failures) == 1
