"""Signing in: by name and password, each to their own page, failures counted and written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from accounts.services.accounts import open_account, reset_password
from core.models import AuditEntry
from tests.people import PASSWORD, City


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra: str) -> object:
    return client.post("/login/", {"username": username, "password": password}, **extra)


@pytest.mark.parametrize(
    ("username", "home"),
    [
        ("leader", "/dashboard/"),
        ("city", "/due/"),
        ("street", "/due/"),
        ("secretary", "/branch/"),
        ("instructor", "/visits/"),
        ("sysadmin", "/accounts/"),
        ("security", "/appointments/"),
        ("auditor", "/audit/"),
    ],
)
def test_each_role_begins_at_its_own_page(city: City, client: Client, username: str, home: str) -> None:
    assert sign_in(client, username).headers["Location"] == "/"
    assert client.get("/").headers["Location"] == home


def test_the_name_is_found_in_any_case(city: City, client: Client) -> None:
    sign_in(client, "LEADER")
    assert client.session["_auth_user_id"] == str(city.user("leader").pk)


def test_a_page_asked_for_before_is_opened_after(city: City, client: Client) -> None:
    answer = client.get("/roles/")
    assert answer.headers["Location"] == "/login/?next=/roles/"
    form = {"username": "city", "password": PASSWORD, "next": "/roles/"}
    assert client.post("/login/", form).headers["Location"] == "/roles/"


def test_nobody_is_sent_to_another_site(city: City, client: Client) -> None:
    form = {"username": "city", "password": PASSWORD, "next": "//elsewhere.example/"}
    assert client.post("/login/", form).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password"), [("leader", "wrong"), ("nobody", PASSWORD)], ids=["password", "name"]
)
def test_a_wrong_pair_does_not_say_which_was_wrong(city: City, client: Client, username: str, password: str) -> None:
    answer = sign_in(client, username, password)
    assert "登录名或口令不正确" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_failures_and_sign_ins_are_written_down_with_their_address(city: City, client: Client) -> None:
    sign_in(client, "leader", "wrong", REMOTE_ADDR="198.51.100.7")
    sign_in(client, "Secret-typed-in-the-wrong-field", "wrong")
    sign_in(client, "leader")
    client.post("/logout/")
    found = AuditEntry.objects.filter(model="accounts.user").order_by("pk").values_list("action", "label", "address")
    leader = str(city.user("leader"))
    assert list(found) == [
        ("accounts.sign_in_failed", leader, "198.51.100.7"),
        ("accounts.sign_in_failed", "不存在的登录名", "127.0.0.1"),
        ("accounts.sign_in", leader, "127.0.0.1"),
        ("accounts.sign_out", leader, "127.0.0.1"),
    ]


def test_five_failures_lock_the_name_at_that_address_only(city: City, client: Client) -> None:
    answers = [sign_in(client, "leader", "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert "30 分钟后再试" in sign_in(client, "LEADER").content.decode()
    assert sign_in(client, "city").status_code == 302, "a colleague at the same address"
    assert sign_in(Client(), "leader", REMOTE_ADDR="198.51.100.7").status_code == 302, "the same person elsewhere"
    assert AuditEntry.objects.filter(action="accounts.sign_in_locked").count() == 2


def test_one_password_tried_on_many_names_locks_the_address(city: City, client: Client) -> None:
    """One guess for each name never reaches the limit of a name."""
    names = [f"{name}{number}" for number in range(2) for name in ("nobody", "leader", "street", "city", "district")]
    answers = [sign_in(client, name, "Spring-2026", HTTP_USER_AGENT=name).status_code for name in names]
    assert answers == [200] * 9 + [429]
    assert sign_in(client, "secretary").status_code == 429, "a right password is no way around"
    assert sign_in(Client(), "secretary", REMOTE_ADDR="198.51.100.7").status_code == 302, "elsewhere"


def test_many_failures_behind_one_address_lock_nobody_else_while_people_succeed(city: City, client: Client) -> None:
    for name in ("city", "street", "leader", "district", "stranger"):
        assert [sign_in(client, name, "wrong").status_code for _ in range(4)] == [200] * 4
        assert sign_in(client, name).status_code == 302
        client.logout()
    assert sign_in(client, "secretary", "wrong").status_code == 200


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" leader ", True),
        ("ｌｅａｄｅｒ", True),
        ("LEADER", True),
        ("le ader", False),
        ("leadеr", False),  # a Cyrillic е
        ("ｌｅａdeｒ ", True),
        ("dıstrict", False),  # a Turkish ı, whose capital is I
        ("lea\x00der", False),
    ],
)
def test_a_name_that_looks_alike_is_another_name(city: City, client: Client, typed: str, found: bool) -> None:
    answer = sign_in(client, typed)
    assert (answer.status_code == 302) == found
    assert answer.status_code in (200, 302, 400)


def test_every_way_to_write_a_name_counts_as_the_same_name(city: City, client: Client) -> None:
    typed = ["leader", "LEADER", " leader", "ｌｅａｄｅｒ", "Leader"]
    assert [sign_in(client, name, "wrong").status_code for name in typed] == [200] * 4 + [429]


def test_a_success_forgets_the_failures_before(city: City, client: Client) -> None:
    for password in ["wrong"] * 4 + [PASSWORD] + ["wrong"] * 4:
        client.logout()
        sign_in(client, "leader", password)
    assert sign_in(client, "leader").status_code == 302


def test_a_reset_ends_the_lock(city: City, client: Client) -> None:
    for _ in range(5):
        sign_in(client, "leader", "wrong")
    code = reset_password(user=city.user("leader"), by=city.user("sysadmin"))
    assert sign_in(client, "leader", code).status_code == 302


def test_the_first_password_must_be_changed_before_anything_else(city: City, client: Client) -> None:
    _user, code = open_account(by=city.user("sysadmin"), username="newcomer", name="新同志")
    sign_in(client, "newcomer", code)
    assert client.get("/roles/").headers["Location"] == "/password/"
    new = {"old_password": code, "new_password1": "Spring-2026-day", "new_password2": "Spring-2026-day"}
    assert client.post("/password/", new).headers["Location"] == "/"
    assert client.get("/roles/").status_code == 200
    assert "尚未授权" in client.get("/").content.decode()


def test_a_one_time_password_expires(city: City, client: Client) -> None:
    long_ago = timezone.now() - timedelta(hours=73)
    open_account(by=None, username="late", name="迟到", at=long_ago)
    _, code = open_account(by=None, username="later", name="更迟", at=long_ago)
    assert "一次性口令已过期" in sign_in(client, "later", code).content.decode()


def test_an_old_password_must_be_changed(city: City, client: Client) -> None:
    user = city.user("leader")
    user.password_changed_at = timezone.now() - timedelta(days=91)
    user.save()
    client.force_login(user)
    assert client.get("/").headers["Location"] == "/password/"


def test_a_closed_account_is_out_at_once(city: City, client: Client) -> None:
    user = city.user("leader")
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/roles/").headers["Location"] == "/login/?next=/roles/"
    assert sign_in(client, "leader").status_code == 200


def test_every_form_needs_its_token(city: City) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict, "leader").status_code == 403
    strict.force_login(city.user("leader"))
    assert strict.post("/logout/").status_code == 403


def test_what_is_typed_for_a_name_is_counted_and_not_kept(city: City, client: Client) -> None:
    """A number or a password typed into the wrong field, and the page that was asked for before the sign-in."""
    number = "11010519491231002X"
    for _ in range(5):
        answer = client.post(
            f"/login/?next=/admin/members/member/%3Fq%3D{number}", {"username": number, "password": "x"}
        )
    assert answer.status_code == 429
    assert (
        client.post("/login/", {"username": "\ufdfa" * 40, "password": "x"}).status_code == 200
    )  # 720 letters when plain
    kept = repr(list(AccessAttempt.objects.values()))
    assert number not in kept
    assert number.lower() not in kept
