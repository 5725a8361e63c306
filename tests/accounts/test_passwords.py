"""What a password must be, and that the last ones do not come back."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from accounts.services.accounts import change_password, reset_password
from core.models import AuditEntry
from tests.people import PASSWORD, City


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Spring-202", None),
        ("Spring-20", "至少要 10 位"),
        ("springtime2026", "至少要有 3 种，现在有 2 种"),
        ("springtime-2026", None),
        ("SPRING春天springs", "至少要有 3 种，现在有 2 种"),
        ("My-Secretary-1", "不能含有登录名或电话号码"),
        ("Tel-13900000000", "不能含有登录名或电话号码"),
        ("Password123", "太常见"),
    ],
)
def test_a_password_is_long_mixed_and_not_personal(password: str, sentence: str | None) -> None:
    user = User(username="secretary", phone="13900000000")
    if sentence is None:
        validate_password(password, user)
        return
    with pytest.raises(ValidationError, match=sentence):
        validate_password(password, user)


def test_the_present_and_the_last_five_passwords_are_refused(city: City) -> None:
    user = city.user("leader")
    used = [f"Spring-day-{number}" for number in range(7)]
    for password in used:
        change_password(user=user, password=password)
    for password in used[1:]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            validate_password(password, user)
    validate_password(used[0], user)
    assert user.former_passwords.count() == 5


def test_the_page_changes_the_password_and_ends_the_other_sessions(city: City, client: Client) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(city.user("leader"))
        assert browser.get("/roles/").status_code == 200
    new = {"old_password": PASSWORD, "new_password1": "Spring-2026-day", "new_password2": "Spring-2026-day"}
    client.post("/password/", new)
    assert client.get("/roles/").status_code == 200
    assert elsewhere.get("/roles/").status_code == 302
    entry = AuditEntry.objects.get(action="accounts.password")
    assert (entry.user, [*entry.changes]) == (city.user("leader"), ["password_changed_at"]), "no hash in the trail"


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", "Spring-2026-day", "Spring-2026-day", "现在的口令不正确"),
        (PASSWORD, "Spring-2026-day", "Spring-2026-days", "两次输入的新口令不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与现在的口令"),
    ],
    ids=["old wrong", "typing error", "the same again"],
)
def test_the_page_says_what_is_wrong(city: City, client: Client, old: str, new: str, again: str, sentence: str) -> None:
    client.force_login(city.user("leader"))
    answer = client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": again})
    assert sentence in answer.content.decode()


def test_the_present_password_is_tried_a_few_times_and_each_wrong_one_is_written_down(
    city: City, client: Client
) -> None:
    user = city.user("leader")
    client.force_login(user)
    given = {"new_password1": "Spring-2026-day", "new_password2": "Spring-2026-day"}
    for at in range(7):
        client.post("/password/", {"old_password": f"guess-{at}", **given})
    assert AuditEntry.objects.filter(action="accounts.password_failed", user=user).count() == 5
    assert "输错次数过多" in client.post("/password/", {"old_password": PASSWORD, **given}).content.decode()
    code = reset_password(user=user, by=city.user("sysadmin"))
    client.post("/login/", {"username": "leader", "password": code})
    assert client.post("/password/", {"old_password": code, **given}).headers["Location"] == "/"
