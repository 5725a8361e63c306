"""整改: rows of a branch with who does what until when; what is late is asked for until it is done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from activities.models import Rectification
from activities.queries.health import health_of
from activities.services.rows import rectifications
from core.due import due_kinds
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
TOLD = {"problem": "学习不够深入", "measure": "每月集中学习一次", "responsible": "钱书记", "due_on": date(2026, 12, 20)}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def found(city: City, of: str = "CZ1111", **values: object) -> Rectification:
    told = TOLD | values
    return rectifications.add(by=None, on=TODAY, party_organization=city[of], **told)


def test_it_is_entered_on_the_phone_changed_and_done(city: City) -> None:
    client, branch = city.client("secretary"), city["CZ1111"]
    posted = {name: str(value) for name, value in TOLD.items()}
    said = client.post(f"/branch/{branch.pk}/rectifications/new/", posted, follow=True).content.decode()
    assert "整改事项已保存" in said
    assert "责任人 钱书记，还没有完成" in said
    row = Rectification.objects.get()
    address = f"/branch/rectifications/{row.pk}/"
    refused = client.post(address, posted | {"done_on": "2026-11-24"}).content.decode()
    assert "填写完成日期的，请写明整改结果" in refused
    assert "1 项没有完成" in client.get("/branch/").content.decode()
    said = client.post(
        address, posted | {"done_on": "2026-11-24", "result": "已集中学习三次"}, follow=True
    ).content.decode()
    assert "2026-11-24 完成：已集中学习三次" in said
    assert [city.client(who).get(address).status_code for who in ("street", "stranger", "leader")] == [200, 404, 403]


def test_it_is_not_done_ahead(city: City) -> None:
    with pytest.raises(ValidationError, match="在今天之后"):
        found(city, done_on=TODAY + timedelta(days=1), result="完成")


@pytest.mark.parametrize(
    ("days", "due", "late"), [(8, False, False), (7, True, False), (0, True, False), (-1, True, True)]
)
def test_it_is_asked_for_when_its_day_comes(city: City, days: int, due: bool, late: bool) -> None:
    row = found(city, due_on=TODAY + timedelta(days=days))
    kind = due_kinds["activities.rectifications"]

    def asked(who: str) -> list[str]:
        scope = city.scope(who)
        return [one.what for one in kind.items(kind.of(scope, TODAY), scope, TODAY)]

    assert asked("secretary") == (["整改：学习不够深入（责任人 钱书记）"] if due else [])
    assert asked("street") == asked("stranger") == [], "it is the branch's own"
    sheet = health_of(city["CZ1111"], on=TODAY)
    said = [line for one in sheet.mends for line in one.what.split("\n") if "整改" in line]
    assert said == (["1 项整改逾期：学习不够深入"] if late else [])
    assert sheet.open == 1
    rectifications.change(by=None, row=row, on=TODAY, done_on=TODAY, result="完成")
    assert asked("secretary") == []
    assert health_of(city["CZ1111"], on=TODAY).open == 0
