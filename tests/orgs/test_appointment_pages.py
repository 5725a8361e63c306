"""/appointments/ is the security administrator's; /people/ serves streets that look after their secretaries."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.factors import trust_phone
from orgs.models import Appointment
from tests.people import City, account

CODE = re.compile(r"<code[^>]*>(\w+)</code>")


@pytest.fixture
def security(city: City, client: Client) -> Client:
    client.force_login(city.user("security"))
    return client


@pytest.fixture
def newcomer(city: City) -> User:
    return account("newcomer", None, name="新同志", unit="溪口街道")


def given(**changed: str) -> dict[str, str]:
    form = {"user": "newcomer", "role": "STREET", "node": "CZ112", "reason": "接任"}
    return form | {"since": timezone.localdate().isoformat()} | changed


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 11), ("q=孙街", 1), ("q=云台街道", 2), ("role=DEPARTMENT", 3), ("state=now", 11), ("state=over", 0)],
)
def test_appointments_are_found_by_person_place_role_and_time(security: Client, query: str, shown: int) -> None:
    told = f"共 {shown} 项" if shown else "没有符合条件的授权"
    assert told in security.get(f"/appointments/?{query}").content.decode()


def test_a_duty_is_given_by_name_and_code(security: Client, newcomer: User) -> None:
    answer = security.post("/appointments/new/", given(), follow=True)
    assert "已授权：新同志，街道（乡镇）党建工作人员，中共溪口街道工作委员会" in answer.content.decode()
    one = newcomer.appointments.get()
    assert (one.role, one.node.code, one.appointed_by.username) == ("STREET", "CZ112", "security")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"user": "nobody"}, "没有这个登录名"),
        ({"node": "X"}, "没有这个编码的党组织"),
        ({"user": "security"}, "不能给自己授权"),
        ({"user": "auditor", "role": "SYSTEM", "node": "CZ"}, "须由不同的人担任"),
        ({"user": "street", "node": "CZ111"}, "不必重复授权"),
        ({"until": "2020-01-01"}, "终止日期须在起始日期之后"),
        ({"reason": ""}, "必填"),
    ],
)
def test_a_refusal_is_said_in_the_form(
    security: Client, newcomer: User, changed: dict[str, str], sentence: str
) -> None:
    assert sentence in security.post("/appointments/new/", given(**changed)).content.decode()
    assert not newcomer.appointments.exists()


def test_a_role_at_the_wrong_place_is_said_at_the_place(security: Client, newcomer: User) -> None:
    form = security.post("/appointments/new/", given(role="SECRETARY")).context["form"]
    assert form.errors["node"] == ["党支部书记只能在党支部、党总支授权，“中共溪口街道工作委员会”是工作委员会。"]
    form = security.post("/appointments/new/", given(node="CZ1111")).context["form"]
    assert "上级党组织" in form.errors["node"][0]
    assert not newcomer.appointments.exists()


@pytest.mark.parametrize(
    ("query", "options"),
    [("user=街", ["street"]), ("user=sec", ["secretary", "security"]), ("node=溪口", ["CZ112"]), ("", [])],
)
def test_names_are_suggested_while_one_types(security: Client, query: str, options: list[str]) -> None:
    page = security.get(f"/appointments/new/?{query}").content.decode()
    suggested = "".join(re.findall("<datalist.*?</datalist>", page))
    assert re.findall(r'value="(\w+)"', suggested) == options


def test_a_duty_is_ended_with_its_reason(city: City, security: Client) -> None:
    one = city.user("street").appointments.get()
    today = timezone.localdate().isoformat()
    answer = security.post(f"/appointments/{one.pk}/", {"until": today, "reason": "调离"}, follow=True)
    assert "已终止孙街" in answer.content.decode()
    page = security.get(f"/appointments/{one.pk}/").content.decode()
    assert "终止授权" in page, "the history says so"
    assert "调离" in page
    assert '<form method="post" class="fields">' not in page
    assert "已于" in security.post(f"/appointments/{one.pk}/", {"until": today, "reason": "又"}).content.decode()


def test_nobody_else_opens_these_pages(city: City, client: Client) -> None:
    one = Appointment.objects.first()
    for username in city.people:
        if username == "security":
            continue
        client.force_login(city.user(username))
        for address in ("", "new/", f"{one.pk}/"):
            assert client.get(f"/appointments/{address}").status_code == 403, (username, address)


def test_a_street_sees_whom_it_looks_after_and_where_they_serve(city: City, client: Client) -> None:
    client.force_login(city.user("street"))
    page = client.get("/people/").content.decode()
    assert "共 3 人" in page
    assert "党支部书记（中共澄州明川电子有限公司支部委员会）" in page
    client.force_login(city.user("stranger"))
    assert "还没有书记、党费管理员、指导员账号" in client.get("/people/").content.decode()
    assert client.get(f"/people/{city.user('secretary').pk}/").status_code == 404


def test_a_street_gives_a_new_code_and_revokes_a_lost_phone(city: City, client: Client) -> None:
    user = city.user("secretary")
    trust_phone(user=user, name="手机")
    client.force_login(city.user("street"))
    address = f"/people/{user.pk}/"
    assert "请写明原因" in client.post(address, {"do": "phones", "reason": ""}, follow=True).content.decode()
    assert "已撤销 1 部" in client.post(address, {"do": "phones", "reason": "遗失"}, follow=True).content.decode()
    answer = client.post(address, {"do": "reset", "reason": "遗忘"})
    user.refresh_from_db()
    assert user.check_password(CODE.search(answer.content.decode())[1])
    assert client.post(address, {"do": "x", "reason": "试一试"}).status_code == 400


def test_the_lists_take_a_constant_number_of_queries(city: City, client: Client, django_assert_max_num_queries) -> None:
    for number in range(30):
        user = account(f"more{number}", None, name="多")
        Appointment.objects.create(user=user, role="SECRETARY", node=city["CZ1112"], since=timezone.localdate())
    for username, address in (("security", "/appointments/"), ("street", "/people/")):
        client.force_login(city.user(username))
        client.get(address)
        with django_assert_max_num_queries(10):
            client.get(address)
