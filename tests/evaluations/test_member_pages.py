"""The pages on which a branch scores its members and takes down what its meeting chose, and those above go on."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.models import Training
from evaluations.models import Evaluation, Goal, Meeting, Round
from evaluations.services.goals import goals
from tests.people import TODAY, City
from tests.rounds import opened

pytestmark = pytest.mark.django_db
NAMES = ("甲", "乙", "丙")


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


@pytest.fixture
def held(city: City) -> Round:
    for name in NAMES:
        Training.objects.create(member=city.member(name), course="党校", held_on=date(2026, 6, 15), hours=16)
    return opened(city, subject="MEMBER")


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return re.sub(r"\s+", " ", answer.content.decode())


def score(client: Client, one: Evaluation) -> str:
    """Give full points on the page of a member."""
    url = f"/evaluations/{one.pk}/"
    shown = client.get(url).context
    data: dict[str, Any] = {"do": "save", "stage": shown["stage"]}
    data |= {f"points-{row.pk}": str(row.criterion.points) for row in shown["form"].scores}
    return client.post(url, data, follow=True).content.decode()


def test_the_branch_scores_and_its_meeting_chooses(city: City, held: Round) -> None:
    client, url = city.client("secretary"), f"/rounds/{held.pk}/members/{city['CZ1111'].pk}/"
    assert f'href="{url}"' in page(client, "/due/")
    assert f'href="{url}"' in page(client, f"/branch/{city['CZ1111'].pk}/")
    text = page(client, url)
    assert "一般不超过 1 名" in text
    assert text.count("项没有评分") == 3
    rows = {one.name: one for one in held.evaluations.all()}
    text = page(client, f"/evaluations/{rows['甲'].pk}/")
    assert "提交自评" not in text
    assert "不评分（年老体弱或长期患病）" in text
    for one in rows.values():
        assert "已保存" in score(client, one)
    votes = {"held_on": str(TODAY), "expected": "3", "present": "3", "agreed": "2", "excess_reason": ""}
    two = {f"chosen-{rows[name].pk}": "on" for name in ("甲", "乙")} | {f"reason-{rows['丙'].pk}": "名额所限"}
    refused = client.post(url, votes | two).content.decode()
    assert "一般不超过 1 名" in refused
    assert "名额所限" in refused, "nothing that was typed is lost"
    text = (
        page(client, url)
        and client.post(url, votes | two | {"excess_reason": "均受表彰"}, follow=True).content.decode()
    )
    assert "等待街道复核" in text
    assert "赞成 <b>2</b> 名" in text
    assert "登记支部党员大会评定" not in text
    assert Meeting.objects.get().excess_reason == "均受表彰"
    street, district = city.client("street"), city.client("district")
    assert "已按上一步的得分复核 3 份" in _confirm(street, "STREET")
    assert "已按上一步的得分审定 3 份" in _confirm(district, "DEPARTMENT")
    text = page(client, f"/evaluations/{rows['丙'].pk}/")
    assert "支部党员大会没有评定：名额所限" in text


def _confirm(client: Client, stage: str) -> str:
    return client.post("/evaluations/", {"do": f"confirm:{stage}"}, follow=True).content.decode()


def test_nobody_else_takes_it_down_and_another_street_sees_nothing(city: City, held: Round) -> None:
    url = f"/rounds/{held.pk}/members/{city['CZ1111'].pk}/"
    assert "登记支部党员大会评定" not in page(city.client("street"), url)
    data = {"held_on": str(TODAY), "expected": "3", "present": "3", "agreed": "3"}
    assert "没有" in city.client("street").post(url, data).content.decode()
    assert not Meeting.objects.exists()
    assert city.client("stranger").get(url).status_code == 404
    one = held.evaluations.get(name="甲")
    assert "已登记为不评分" in _post(city.client("secretary"), one)
    assert "不评分：年老体弱或长期患病" in page(city.client("street"), f"/evaluations/{one.pk}/")
    assert "已改为评分" in _post(city.client("secretary"), one)


def _post(client: Client, one: Evaluation) -> str:
    return client.post(f"/evaluations/{one.pk}/", {"do": "exempt"}, follow=True).content.decode()


def test_goals_are_entered_by_the_branch_and_stand_beside(city: City, held: Round) -> None:
    client, branch = city.client("secretary"), city["CZ1111"]
    assert "还没有登记" in page(client, f"/branch/{branch.pk}/goals/")
    goals.add(
        by=city.user("secretary"), on=TODAY, party_organization=branch, year=2026, wanted="FIVE", what="带头攻关",
        member=held.evaluations.get(name="甲").member,
    )  # fmt: skip
    assert "2026 年争创五个好：带头攻关" in page(client, f"/evaluations/{held.evaluations.get(name='甲').pk}/")
    assert "五个好" in page(client, f"/rounds/{held.pk}/members/{branch.pk}/")
    assert Goal.objects.count() == 1


def test_as_many_queries_for_many_members_as_for_few(city: City, held: Round) -> None:
    url = f"/rounds/{held.pk}/members/{city['CZ1111'].pk}/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(city.client("secretary"), url)
        return len(found)

    queries()
    few = queries()
    one = held.evaluations.get(name="甲")
    for place in range(5):
        Evaluation.objects.create(
            round=held, rubric=one.rubric, party_organization=city["CZ1111"], member=city.member(), name=f"丁{place}"
        )
    assert queries() == few
