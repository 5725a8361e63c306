"""A personal value is masked until somebody with the right says why; every look is written down."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory

from core.masking import mask
from core.models import AuditEntry
from core.reveal import NotShown, ReasonMissing, reveal
from members.models import Member
from tests.people import City

PHONE = "13812345678"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("11010519491231002X", "**************002X"),
        ("130503670401001", "***********1001"),
        (PHONE, "*******5678"),
        ("0571-8765432", "********5432"),
        ("8765432", "*****32"),
        ("云溪区云台街道 1 号", "****"),
        ("王", "****"),
        (date(1985, 12, 24), "****"),
        ("1985-12-24", "****"),
    ],
)
def test_the_mask_hides_what_could_be_used(value: object, shown: str) -> None:
    assert mask(value) == shown


@pytest.fixture
def person(city: City) -> Member:
    return city.member("王党员", phone=PHONE)


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("city", True),
        ("district", True),
        ("street", False),
        ("secretary", False),
        ("stranger", False),
        ("auditor", False),
    ],
)
def test_a_value_needs_the_right_and_the_place(city: City, person: Member, username: str, sees: bool) -> None:
    asked = {"record": person, "field": "phone", "reason": "核对身份", "by": city.user(username)}
    if sees:
        assert reveal(scope=city.scope(username), **asked) == PHONE
        return
    with pytest.raises(NotShown):
        reveal(scope=city.scope(username), **asked)
    assert not AuditEntry.objects.filter(action="core.reveal").exists()


@pytest.mark.parametrize("field", ["name", "id_digest", "nothing"])
def test_only_personal_fields_are_revealed(city: City, person: Member, field: str) -> None:
    with pytest.raises(NotShown):
        reveal(record=person, field=field, reason="核对身份", by=city.user("city"), scope=city.scope("city"))


@pytest.mark.parametrize("reason", ["", "   ", "看看"])
def test_a_reason_is_part_of_it(city: City, person: Member, reason: str) -> None:
    with pytest.raises(ReasonMissing, match="写明查看原因"):
        reveal(record=person, field="phone", reason=reason, by=city.user("city"), scope=city.scope("city"))


def test_the_look_is_written_down_without_the_value(city: City, person: Member, client: Client) -> None:
    client.force_login(city.user("district"))
    address = f"/reveal/members.member/{person.pk}/phone/"
    assert PHONE not in client.get(address + "?ask").content.decode()
    assert PHONE not in client.post(address, {"reason": ""}).content.decode()
    answer = client.post(address, {"reason": "通知参加会议"}, headers={"HX-Request": "true"})
    assert PHONE in answer.content.decode()
    assert "delay:60s" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="core.reveal")
    assert (entry.user, entry.object_id, entry.reason) == (
        city.user("district"),
        str(person.pk),
        "联系电话：通知参加会议",
    )
    assert PHONE not in str(entry.changes)


@pytest.mark.parametrize("address", ["members.member/{pk}/name", "members.none/{pk}/phone", "x/{pk}/phone"])
def test_an_address_that_names_nothing_personal_is_not_found(
    city: City, person: Member, client: Client, address: str
) -> None:
    client.force_login(city.user("city"))
    assert client.get(f"/reveal/{address.format(pk=person.pk)}/").status_code == 404


def test_the_button_stands_only_before_those_who_may(city: City, person: Member) -> None:
    def shown(username: str) -> str:
        request = RequestFactory().get("/")
        request.scope = city.scope(username)
        template = Template('{% load personal %}{% masked person "phone" %}')
        return template.render(Context({"request": request, "person": person}))

    assert "*******5678" in shown("secretary")
    assert "href" not in shown("secretary")
    assert f"/reveal/members.member/{person.pk}/phone/?ask" in shown("city")
