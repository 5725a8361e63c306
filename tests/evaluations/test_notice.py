"""The 公示 of a round as it is put up: who issues it, name and unit alone, for how many days, how and where to object."""

from __future__ import annotations

import re
from datetime import date

import pytest

from evaluations.models import Evaluation, Extra, Round
from evaluations.rules.rounds import notice_days, notice_until
from evaluations.services import rounds
from evaluations.views import notices
from orgs.services.party import establish
from tests.evaluations.test_member_rounds import decide, of_members, public, scored
from tests.people import LONG_AGO, City
from tests.rounds import opened, reviewed

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


def shown(city: City, row: Round, who: str = "city") -> str:
    """The words of the sheet."""
    text = city.client(who).get(f"/rounds/{row.pk}/notice/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<main")[2].partition("</main>")[0]))


def of_branches(city: City) -> Round:
    city.cover(city.organization("明川电子", staff=20), "CZ1111")
    row = opened(city)
    Extra.objects.all().delete()  # nothing was held, which is a veto
    reviewed(city, row)
    assert "还没有公示" in shown(city, row)
    rounds.publish(by=city.user("city"), row=row, on=DECEMBER)
    return Round.objects.get(pk=row.pk)


@pytest.mark.parametrize(("days", "told"), [(5, 5), (7, 7), (3, 5)])
def test_it_says_for_how_many_working_days(days: int, told: int) -> None:
    for day in (DECEMBER, date(2026, 9, 30), date(2026, 12, 5)):
        assert notice_days(day, notice_until(day, days)) == told


def test_a_sheet_has_names_and_units_and_nothing_else_of_anybody(city: City) -> None:
    row = of_branches(city)
    assert "公示单" in city.client("city").get(f"/rounds/{row.pk}/").content.decode()
    sheets = {shown(city, row, who).replace("　", " ") for who in ("city", "street", "secretary")}
    assert len(sheets) == 1, "branches are named to everybody who knows of the round"
    (sheet,) = sheets
    for words in (
        "“五个好”党支部名单公示", "2 个党支部达到“五个好”标准", "1 中共澄州明川电子有限公司支部委员会 明川电子",
        "2026 年 12 月 1 日至 2026 年 12 月 8 日（5 个工作日）", "请在公示期内书面提出", "中共澄州市委员会 地址： 电话：",
        "中共澄州市委员会（盖章） 2026 年 12 月 1 日",
    ):  # fmt: skip
        assert words in sheet, words
    assert not re.search(r"\d\.\d\d|[一二三四五]星|等次|得分 ", sheet), "no points and no grade"


def test_of_members_each_reader_prints_those_he_may_see_and_it_says_so(city: City) -> None:
    found = of_members(city)
    scored(city, found)
    decide(city, found, "甲")
    row, one = public(city, found), found["甲"]
    city.nodes["X"] = establish(by=None, name="望江支部", kind="branch", parent=city["CZ121"], code="X", on=LONG_AGO)
    other = Evaluation.objects.get(pk=one.pk)
    other.pk, other.member, other.name, other.unit = None, city.member("戊", of="X"), "戊", "望江支部"
    other.party_organization = city["X"]
    other.save()
    assert "2 个党员达到" in shown(city, row)
    here = shown(city, row, "secretary")
    assert re.search("2 个党员（其中.*支部委员会 1 个，名单如下）达到", here)
    assert "1 甲 中共澄州明川电子有限公司支部委员会" in here
    elsewhere = shown(city, row, "stranger")
    assert "1 戊 望江支部" in elsewhere
    assert [name for name in ("甲", "乙", "丙") if name in elsewhere or (name != "甲" and name in here)] == []


def test_of_very_many_the_list_is_apart(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    row = of_branches(city)
    monkeypatch.setattr(notices, "MOST", 1)
    told = shown(city, row)
    assert "名单共 2 个，另附" in told
    assert "明川" not in told
