"""The roster in the back office: masked, scoped, found by whole numbers only, written through services."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from core.history import history_of
from core.models import AuditEntry
from members.models import Member
from tests.members.test_services import FEMALE, register
from tests.people import City

pytestmark = pytest.mark.django_db
LIST = "/admin/members/member/"


def signed_in(city: City, username: str) -> Client:
    """A browser of one of the named people."""
    client = Client()
    client.force_login(city.user(username))
    return client


def test_the_list_shows_numbers_masked(city: City):
    register(city)
    page = signed_in(city, "street").get(LIST).content.decode()
    assert "林若水" in page
    assert f"{'*' * 14}{FEMALE[-4:]}" in page
    assert FEMALE not in page


def test_a_member_is_found_by_the_beginning_of_the_name_or_the_whole_number(city: City):
    register(city)
    client = signed_in(city, "district")
    for text, found in (("林", True), ("若水", False), (FEMALE, True), (FEMALE[:10], False), (FEMALE[-4:], False)):
        assert ("林若水" in client.get(LIST, {"q": text}).content.decode()) is found, text


def test_who_may_not_see_a_number_whole_cannot_try_numbers_until_one_is_found(city: City):
    register(city)
    client = signed_in(city, "street")
    assert "林若水" in client.get(LIST, {"q": "林"}).content.decode()
    assert "林若水" not in client.get(LIST, {"q": FEMALE}).content.decode()


@pytest.mark.parametrize("username", ["street", "secretary", "city"])
def test_nothing_beside_the_mask_rebuilds_the_number(city: City, username: str):
    """The area and the birth date are fourteen of its eighteen digits: neither page nor trail nor workbook tells them."""
    member = register(city)
    client = signed_in(city, username)
    told = [str(change) for line in history_of(member, city.scope(username)) for change in line.changes]
    pages = [client.get(LIST).content.decode(), client.get(f"{LIST}{member.pk}/change/").content.decode(), str(told)]
    for page in pages:
        assert "****" in page
        for part in ("1985-12-24", "19851224", "1985年", FEMALE[:14]):
            assert part not in page, part


@pytest.mark.parametrize(
    ("username", "status"), [("leader", 403), ("sysadmin", 403), ("auditor", 403), ("street", 200)]
)
def test_only_those_with_the_right_read_the_roster(city: City, username: str, status: int):
    assert signed_in(city, username).get(LIST).status_code == status


def test_a_member_of_another_district_is_not_there(city: City):
    member = register(city)
    client = signed_in(city, "stranger")
    assert "林若水" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{member.pk}/change/").status_code == 404


def test_one_form_calls_the_services_for_what_was_changed(city: City):
    member, unit = register(city), city.organization()
    form = {
        "name": "林若水", "id_number": "", "phone": "", "sex": "2", "born_on": "1985-12-24", "joined_on": "2010-07-01",
        "formal_on": "2011-07-01", "status": "FORMAL", "status_on": "2011-07-01", "since": "2026-11-01",
        "party_organization": city["CZ1112"].pk, "organization": unit.pk, "organization_since": "2026-11-02",
        "reason": "换岗",
    }  # fmt: skip
    response = signed_in(city, "street").post(f"{LIST}{member.pk}/change/", form)
    assert response.status_code == 302, response.context["errors"]
    member.refresh_from_db()
    assert member.party_organization == city["CZ1112"]
    assert (member.since, member.organization, member.organization_since) == (
        date(2026, 11, 1),
        unit,
        date(2026, 11, 2),
    )
    assert member.id_number == FEMALE
    actions = set(AuditEntry.objects.filter(model="members.member").values_list("action", flat=True))
    assert {"members.move", "members.employer"} <= actions


def test_the_day_of_a_status_is_corrected_alone_and_that_of_a_move_is_not(city: City):
    member = register(city)
    form = {
        "name": "林若水", "sex": "2", "born_on": "1985-12-24", "joined_on": "2010-07-01", "formal_on": "2011-07-01",
        "status": "FORMAL", "status_on": "2012-07-01", "since": member.since.isoformat(),
        "party_organization": member.party_organization_id,
    }  # fmt: skip
    page = signed_in(city, "street")
    assert page.post(f"{LIST}{member.pk}/change/", form).status_code == 302
    member.refresh_from_db()
    assert member.status_on == date(2012, 7, 1)
    form |= {"since": "2026-11-01"}
    refused = page.post(f"{LIST}{member.pk}/change/", form).content.decode()
    assert "转入日期随组织关系一起调整" in refused
    member.refresh_from_db()
    assert member.since != date(2026, 11, 1)


def test_a_taken_number_stands_at_its_field_and_the_attempt_stays_noted(city: City):
    register(city, party_organization=city["CZ121"])
    form = {
        "name": "林若水", "id_number": FEMALE, "status": "FORMAL", "since": "2026-11-01", "sex": "0",
        "party_organization": city["CZ1111"].pk,
    }  # fmt: skip
    response = signed_in(city, "street").post(f"{LIST}add/", form)
    assert "该证件号码已登记，请与上级组织部门核对" in response.content.decode()
    assert Member.objects.count() == 1
    assert AuditEntry.objects.filter(action="members.taken").count() == 1


def test_panels_name_members_for_those_who_may_read_them(city: City):
    unit = city.organization()
    register(city, organization=unit)
    assert "林若水" in signed_in(city, "street").get(f"/organizations/{unit.pk}/").content.decode()
    assert "林若水" in signed_in(city, "secretary").get(f"/party/{city['CZ1111'].pk}/").content.decode()
    assert "林若水" not in signed_in(city, "leader").get(f"/organizations/{unit.pk}/").content.decode()


def test_the_list_takes_the_same_queries_for_one_member_and_many(city: City, django_assert_max_num_queries):
    client = signed_in(city, "street")
    for _ in range(12):
        city.member(at=city.organization())
    with django_assert_max_num_queries(15):
        client.get(LIST)


@pytest.mark.parametrize("name", ["branch", "organization", "covered_by"])
@pytest.mark.parametrize("key", ["1e30", "1" + "0" * 20, "-1", "1.5", "x", "nan"])
def test_an_id_in_the_address_that_is_none_finds_nobody(city: City, name: str, key: str) -> None:
    member = register(city)
    page = signed_in(city, "city").get(LIST, {name: key})
    assert page.status_code == 200
    assert member.name not in page.content.decode()


def test_members_are_listed_by_branch_and_by_employer(city: City) -> None:
    unit = city.organization()
    city.member("林一", of="CZ1111", at=unit)
    city.member("林二", of="CZ1112")
    client = signed_in(city, "city")
    for asked, found in (({"branch": city["CZ1112"].pk}, "林二"), ({"organization": unit.pk}, "林一")):
        assert [row.name for row, _ in client.get(LIST, asked).context["rows"]] == [found]
