"""核查: what lists and registry say differently, over all batches of the scope, each opened in its batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orgs.models import Organization
from tests.lists import Road, firm
from tests.people import TODAY, City

LIST = "/checks/conflicts/"


@pytest.fixture
def road(city: City, tmp_path: Path) -> Road:
    """Lists of the city."""
    return Road(tmp_path, city.user("city"), TODAY)


@pytest.fixture
def disputed(road: Road) -> None:
    """A registrar's list, and two lists that say otherwise: one of three fields, one of one."""
    road.send([firm(1, 法定代表人="甲某", 住所="人民路 1 号"), firm(2, 法定代表人="乙某")])
    road.send([firm(1, 法定代表人="丙某", 住所="人民路 2 号")], "tax")
    road.send([firm(2, 法定代表人="丁某")], "education")


def test_the_conflicts_of_all_batches_stand_in_one_list_with_their_fields(
    disputed: None, opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    assert "<b>2</b> 行" in browser.get("/checks/").content.decode()
    page = browser.get(LIST)
    said = [(row.title, row.fields, row.source) for row, _ in page.context["rows"]]
    assert said == [
        ("澄州第2有限公司", "法定代表人", "教育部门民办学校名单"),
        ("澄州第1有限公司", "法定代表人、地址", "税务名单"),
    ]
    assert [row.title for row, _ in browser.get(LIST, {"source": "tax"}).context["rows"]] == ["澄州第1有限公司"]


def test_one_is_opened_in_its_batch_settled_and_leads_back_to_the_list(
    disputed: None, opened: Callable[..., Client]
) -> None:
    browser = opened("city")
    row = browser.get(LIST).context["rows"][0][0]
    address = f"/imports/{row.batch_id}/conflicts/?row={row.pk}&next=%2Fchecks%2Fconflicts%2F"
    assert address.replace("&", "&amp;") in browser.get(LIST).content.decode()
    one = browser.get(address).content.decode()
    assert "这里只有所选的一行" in one
    assert f'value="{row.pk}:legal_representative" checked' in one
    answer = browser.post(address, {"do": "take", "picked": [f"{row.pk}:legal_representative"]})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert Organization.objects.filter(legal_representative="丁某").exists()
    assert [one.title for one, _ in browser.get(LIST).context["rows"]] == ["澄州第1有限公司"]


def test_a_district_sees_those_of_its_own_batches_alone_and_a_leader_none(
    city: City, disputed: None, tmp_path: Path, opened: Callable[..., Client]
) -> None:
    Road(tmp_path / "..", city.user("district"), TODAY).send([firm(1, 法定代表人="戊某")], "education")
    page = opened("district").get(LIST)
    assert [(row.title, row.source) for row, _ in page.context["rows"]] == [("澄州第1有限公司", "教育部门民办学校名单")]
    assert opened("stranger").get(LIST).context["rows"] == []
    assert opened("leader").get(LIST).status_code == 403
    assert "不一致" not in opened("leader").get("/checks/").content.decode()


def test_a_batch_that_is_not_written_or_was_settled_is_not_listed(
    city: City, road: Road, opened: Callable[..., Client]
) -> None:
    road.send([firm(1, 法定代表人="甲某")])
    road.preview([firm(1, 法定代表人="丙某")], "tax")
    assert opened("city").get(LIST).context["rows"] == []


def test_a_longer_list_takes_no_more_queries(road: Road, opened: Callable[..., Client]) -> None:
    browser = opened("city")
    road.send([firm(number, 法定代表人="甲某") for number in range(1, 13)])
    counts = []
    for numbers in (range(1, 2), range(2, 7), range(7, 13)):
        road.send([firm(number, 法定代表人="丙某") for number in numbers], "tax")
        browser.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2]
