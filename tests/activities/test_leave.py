"""单位未准假 reaches the page of the organization, and the instructor until he has been there."""

from __future__ import annotations

from datetime import date

import pytest

from activities.services import records
from core.due import due_kinds
from instructors import services
from instructors.models import Instructor
from orgs.models import Organization
from tests.filing import HELD, absent, file_record, seats
from tests.instructors.test_visits import assign, select
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(city: City) -> Organization:
    """One whose people belong to the branch, with an instructor."""
    firm = city.organization("澄州明川电子有限公司", staff=80)
    assign(city, firm, select(city))
    return firm


def held(city: City, firm: Organization, *, reason: str = "EMPLOYER", since: date | None = None) -> None:
    worker = city.member("严准", at=firm, **({"organization_since": since} if since else {}))
    sat = absent(seats(city["CZ1111"], kind="THEME_DAY", day=HELD), worker, reason=reason)
    file_record(city, sat=sat)


def page(city: City, who: str, firm: Organization) -> str:
    return city.client(who).get(f"/organizations/{firm.pk}/").content.decode()


def test_it_stands_on_the_page_of_the_organization_without_a_name(city: City, firm: Organization) -> None:
    assert "单位未准假" not in page(city, "street", firm)
    held(city, firm)
    for who in ("street", "instructor", "leader"):
        said = page(city, who, firm)
        block = said[said.index('id="panel-leave"') : said.index('id="masses"')]
        assert f"主题党日<small>{city['CZ1111'].name}</small>" in block
        assert HELD.isoformat() in block
        assert "严准" not in block


@pytest.mark.parametrize(
    ("told", "reaches"),
    [({}, True), ({"reason": "PERSONAL"}, False), ({"since": date(2026, 11, 21)}, False)],
    ids=["leave refused", "another reason", "worked elsewhere then"],
)
def test_the_instructor_is_asked_to_speak_to_the_owner_until_he_was_there(
    city: City, firm: Organization, told: dict, reaches: bool
) -> None:
    city.organization("澄州别家", staff=80)
    held(city, firm, **told)
    kind = due_kinds["activities.leave"]
    rows = kind.of(city.scope("instructor"), TODAY)
    found = list(kind.items(rows, city.scope("instructor"), TODAY))
    assert [(one.who, one.until, one.url) for one in found] == (
        [(firm.name, date(2026, 12, 4), f"/visits/{firm.pk}/")] if reaches else []
    )
    client = city.client("instructor")
    assert all(("有党员因单位未准假" in client.get(at).content.decode()) is reaches for at in ("/visits/", "/due/"))
    guide = Instructor.objects.get(user=city.user("instructor"))
    visit = {"by": city.user("instructor"), "instructor": guide, "organization": firm, "done": "与出资人沟通"}
    services.log_visit(**visit, visited_on=HELD, on=TODAY)
    assert not kind.of(city.scope("instructor"), TODAY).exists()


def test_a_record_taken_back_says_nothing(city: City, firm: Organization) -> None:
    held(city, firm)
    record = city["CZ1111"].activity_records.get()
    records.withdraw(by=city.user("secretary"), record=record, on=TODAY)
    assert "单位未准假" not in page(city, "street", firm)
    assert not due_kinds["activities.leave"].of(city.scope("instructor"), TODAY).exists()
