"""/accounts/: the system administrator's pages. A one-time password is shown once and never again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from core.models import AuditEntry
from tests.people import City, account

CODE = re.compile(r"<code[^>]*>(\w+)</code>")


@pytest.fixture
def admin(city: City, client: Client) -> Client:
    client.force_login(city.user("sysadmin"))
    return client


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 11), ("q=李领导", 1), ("q=LEAD", 1), ("state=closed", 0), ("state=open", 11), ("state=waiting", 11)],
)
def test_accounts_are_found_by_person_and_state(admin: Client, query: str, shown: int) -> None:
    told = f"共 {shown} 个" if shown else "没有符合条件的账号"
    assert told in admin.get(f"/accounts/?{query}").content.decode()


def test_opening_shows_the_code_once(city: City, admin: Client) -> None:
    form = {"username": "newcomer", "name": "新同志", "unit": "云台街道", "phone": "13812345678"}
    answer = admin.post("/accounts/new/", form)
    code = CODE.search(answer.content.decode())[1]
    user = User.objects.get(username="newcomer")
    assert user.check_password(code)
    assert "no-store" in answer.headers["Cache-Control"]
    page = admin.get(f"/accounts/{user.pk}/").content.decode()
    assert code not in page
    assert "*******5678" in page
    assert "13812345678" not in page


@pytest.mark.parametrize(
    ("username", "name", "sentence"),
    [("leader", "又一人", "已被使用"), ("李", "李某", "3 至 40 个字母"), ("newcomer", "", "必填")],
)
def test_a_wrong_form_says_what_is_wrong(admin: Client, username: str, name: str, sentence: str) -> None:
    answer = admin.post("/accounts/new/", {"username": username, "name": name})
    assert sentence in answer.content.decode()


def test_a_reset_gives_a_new_code(city: City, admin: Client) -> None:
    user = city.user("leader")
    answer = admin.post(f"/accounts/{user.pk}/", {"do": "reset", "reason": "本人遗忘"})
    user.refresh_from_db()
    assert user.check_password(CODE.search(answer.content.decode())[1])
    assert AuditEntry.objects.get(action="accounts.reset").reason == "本人遗忘"


def test_an_account_is_closed_and_opened_again(city: City, admin: Client) -> None:
    user = city.user("leader")
    admin.post(f"/accounts/{user.pk}/", {"do": "close", "reason": "退休"})
    assert "停用" in admin.get(f"/accounts/{user.pk}/").content.decode()
    answer = admin.post(f"/accounts/{user.pk}/", {"do": "reopen", "reason": "返聘"})
    user.refresh_from_db()
    assert user.is_active
    assert CODE.search(answer.content.decode())


@pytest.mark.parametrize("do", ["reset", "close", "reopen", "factor", "phones"])
def test_nothing_is_done_without_a_reason(city: City, admin: Client, do: str) -> None:
    user = city.user("leader")
    entries = AuditEntry.objects.count()
    answer = admin.post(f"/accounts/{user.pk}/", {"do": do, "reason": " "}, follow=True)
    assert "请写明原因" in answer.content.decode()
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("do", ["reset", "close"])
def test_nobody_does_it_for_themselves_here_either(city: City, admin: Client, do: str) -> None:
    user = city.user("sysadmin")
    answer = admin.post(f"/accounts/{user.pk}/", {"do": do, "reason": "试一试"}, follow=True)
    assert "不能办理自己的账号" in answer.content.decode()


def test_a_correction_keeps_the_phone_that_is_not_typed(city: City, admin: Client) -> None:
    user = city.user("leader")
    for phone in ("13812345678", ""):
        admin.post(f"/accounts/{user.pk}/", {"do": "change", "name": "李领导", "unit": "市委", "phone": phone})
    user.refresh_from_db()
    assert (user.unit, user.phone) == ("市委", "13812345678")


def test_an_unknown_act_is_refused(city: City, admin: Client) -> None:
    assert admin.post(f"/accounts/{city.user('leader').pk}/", {"do": "x", "reason": "试一试"}).status_code == 400


def test_the_list_takes_a_constant_number_of_queries(admin: Client, django_assert_max_num_queries) -> None:
    admin.get("/accounts/")
    for number in range(60):
        account(f"more{number}", None, name="多")
    with django_assert_max_num_queries(9):
        admin.get("/accounts/")
