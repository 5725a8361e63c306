"""Whether a number is registered elsewhere is answered in neutral words, written down, and only so often a day: in the form,
in the roster, and in our own list come back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core import asking
from core.asking import AskedTooOften
from core.crypto import blind_index
from core.importing.problems import problems
from core.models import AuditEntry
from members.models import Member
from members.services.members import NumberTaken, require_free_number
from orgs.services.organizations import CodeTaken, require_free_code
from tests.lists import Road, credit_code
from tests.members.test_services import checked
from tests.people import TODAY, City

COLUMNS = ("姓名", "身份证号", "党组织编码", "党员状态")
NUMBERS = [checked(f"990102198512240{place:02d}") for place in range(12)]


@pytest.fixture(autouse=True)
def three_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "A_DAY", 3)


@pytest.fixture
def foreign(city: City) -> list[Member]:
    """Six members of the next district."""
    return [city.member(of="CZ121", id_number=n, id_digest=blind_index(n), id_note="") for n in NUMBERS[:6]]


def told(city: City) -> list[str]:
    """The members of whom the district came to know today, by its entries."""
    entries = AuditEntry.objects.filter(action="members.taken", user=city.user("district"))
    return list(entries.order_by("pk").values_list("object_id", flat=True))


def test_after_so_many_a_day_no_number_is_looked_up(city: City, foreign: list[Member]) -> None:
    district = city.user("district")
    for member in (foreign[0], *foreign[:3]):  # the same one again tells nothing new
        with pytest.raises(NumberTaken, match="请与上级组织部门核对"):
            require_free_number(by=district, id_number=member.id_number)
    assert told(city) == [str(member.pk) for member in foreign[:3]]
    for number in (foreign[3].id_number, NUMBERS[11]):
        with pytest.raises(AskedTooOften):
            require_free_number(by=district, id_number=number)
    assert len(told(city)) == 3
    require_free_number(by=city.user("city"), id_number=NUMBERS[11])  # another person has asked nothing
    with pytest.raises(NumberTaken):
        require_free_number(by=city.user("city"), id_number=foreign[3].id_number)


def test_a_number_here_is_answered_like_one_elsewhere(city: City, foreign: list[Member]) -> None:
    here = city.member(id_number=NUMBERS[8], id_digest=blind_index(NUMBERS[8]), id_note="")
    said = set()
    for member in (foreign[0], here):
        with pytest.raises(NumberTaken) as refusal:
            require_free_number(by=city.user("district"), id_number=member.id_number)
        said.add(str(refusal.value))
    assert len(said) == 1
    require_free_number(by=city.user("district"), id_number=here.id_number, member=here)


def test_yesterday_does_not_count(city: City, foreign: list[Member]) -> None:
    district, yesterday = city.user("district"), timezone.now() - timedelta(days=1)
    for member in foreign[:3]:
        AuditEntry.objects.create(
            at=yesterday, user=district, user_name="周区", action="members.taken", model="members.member",
            object_id=str(member.pk), label="",
        )  # fmt: skip
    require_free_number(by=district, id_number=NUMBERS[11])
    with pytest.raises(NumberTaken):
        require_free_number(by=district, id_number=foreign[3].id_number)
    assert told(city)[3:] == [str(foreign[3].pk)], "and what is asked today is written down"


def roster(numbers: list[str]) -> list[dict[str, Any]]:
    return [{"姓名": "某人", "身份证号": n, "党组织编码": "CZ1111", "党员状态": "正式党员"} for n in numbers]


def test_a_roster_asks_no_more_than_a_person(city: City, foreign: list[Member], tmp_path: Path) -> None:
    road = Road(tmp_path, city.user("district"), TODAY)
    rows = roster([NUMBERS[7], *NUMBERS[:6], NUMBERS[9]])
    batch = road.send(rows, "members", columns=COLUMNS)
    codes = [row.problems[-1][1] if row.problems else row.outcome for row in batch.rows.order_by("pk")]
    taken, unchecked = ["id_number_taken"] * 3, ["id_number_unchecked"] * 3
    assert codes == ["NEW", *taken, *unchecked, "id_number_unchecked"], "the last one is free, and is not told either"
    assert told(city) == [str(member.pk) for member in foreign[:3]]
    assert AuditEntry.objects.filter(action="members.taken", batch_id=batch.pk).count() == 3
    assert "上级组织部门" in problems["id_number_unchecked"].sentence
    again = road.preview(roster(NUMBERS[:3]), "members", columns=COLUMNS)
    assert (again["errors"], len(told(city))) == (3, 3), "what was answered once is answered again and not counted"


def test_credit_codes_are_asked_for_as_often(city: City, client) -> None:
    units = [city.organization(managed_by="CZ121", credit_code=credit_code(at)) for at in range(1, 6)]
    client.force_login(city.user("street"))

    def said(code: str | None) -> str:
        return client.get("/organizations/check-credit-code/", {"credit_code": code}).content.decode()

    for unit in units[:3]:
        assert "已被使用" in said(unit.credit_code)
    assert said(units[3].credit_code) == said(credit_code(99)), "what is taken and what is free look alike from here on"
    with pytest.raises(CodeTaken):
        require_free_code(by=city.user("district"), code=units[0].credit_code or "")
    for code in (units[3].credit_code or "", credit_code(98)):
        with pytest.raises(AskedTooOften):
            require_free_code(by=city.user("street"), code=code)
    own = city.organization(credit_code=credit_code(77))
    require_free_code(by=city.user("street"), code=credit_code(77), organization=own)
    assert AuditEntry.objects.filter(action="organizations.taken", user=city.user("street")).count() == 3
