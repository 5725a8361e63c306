"""The pages of rubrics: the list, one of them, a draft that is changed, and 试算 against a branch or a member."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.models import ActivityRecord, Attendance
from evaluations.models import Rubric
from evaluations.services import rubrics
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


@pytest.fixture
def first(city: City) -> Rubric:
    rubrics.set_up(by=city.user("city"), on=TODAY)
    return Rubric.objects.get(category="ENTERPRISE")


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def held(city: City, member: Any, day: date = JUNE) -> ActivityRecord:
    told = {"submitted_on": day, "status": "ACCEPTED", "topic": "学习", "expected": 4, "present": 3}
    row = ActivityRecord.objects.create(party_organization=city["CZ1111"], kind="THEME_DAY", held_on=day, **told)
    Attendance.objects.create(record=row, member=member)
    return row


def test_the_city_makes_the_default_ones_with_one_button(city: City) -> None:
    client = city.client("city")
    assert "生成默认评分办法" in page(client, "/rubrics/")
    assert "已生成并发布 4 份默认评分办法。" in client.post("/rubrics/", follow=True).content.decode()
    text = page(client, "/rubrics/")
    assert text.count("现行") == 4
    assert "生成默认评分办法" not in text
    assert city.client("district").post("/rubrics/").status_code == 403
    assert "评分办法" in page(city.client("secretary"), "/rubrics/")


def test_a_rubric_says_each_formula_and_what_it_does_not_prove(city: City, first: Rubric) -> None:
    text = words(page(city.client("secretary"), f"/rubrics/{first.pk}/"))
    assert "达到 85% 得 5 分，60% 以下不得分，其间按比例。不能证明：到会由支部自己填报" in text
    assert "共 100.00 分。“五个好”：总分 85 分以上，每个维度 14 分以上" in text
    assert "95 分以上五星，90 分以上四星" in text
    assert "一票否决：主要出资人或书记近两年严重违法违纪；" in text
    assert "领导班子好 20.00 分 党组织领导班子及其成员认真贯彻执行党的路线方针政策，" in text
    assert "登记供评分参考；登记由支部自己填写，件数不证明效果。" in text
    assert "复制为新版本" not in text


def typed(client: Client, url: str, **changed: str) -> dict[str, str]:
    """What the page posts as it stands, with some fields changed."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {
        name: "on" if value is True else str(value)
        for name, value in data.items()
        if value is not None and value is not False
    }
    return data | {name.replace("__", "."): value for name, value in changed.items()}


def test_a_draft_is_copied_changed_and_published(city: City, first: Rubric) -> None:
    client = city.client("city")
    answer = client.post(f"/rubrics/{first.pk}/", {"do": "copy"})
    draft = Rubric.objects.get(edition=2)
    assert answer.url == f"/rubrics/{draft.pk}/edit/"
    assert client.post(answer.url, typed(client, answer.url)).status_code == 302, "as it stands it is saved"
    changed = {"points-1.1": "6", "number-2.2-full": "90", "judged-3.1": "on", "asks-1.3": "任职文件"}
    text = client.post(answer.url, typed(client, answer.url) | changed, follow=True).content.decode()
    assert "已保存" in text
    assert "还不能发布：各项分值合计 101 分，应为 100 分" in words(text).replace("： ", "：")
    client.post(f"/rubrics/{draft.pk}/", {"do": "publish"})
    assert Rubric.objects.get(pk=draft.pk).draft
    client.post(answer.url, typed(client, answer.url) | {"points-1.4": "3"})
    assert (
        "已发布，从此不再改动。"
        in client.post(f"/rubrics/{draft.pk}/", {"do": "publish"}, follow=True).content.decode()
    )
    rows = {row.code: row for row in draft.criteria.all()}
    assert (rows["2.2"].numbers["full"], rows["3.1"].judged, rows["1.3"].asks) == ("90", True, "任职文件")
    assert client.get(answer.url).status_code == 302, "what is published is looked at"


def test_what_is_typed_wrong_stands_at_its_field_and_changes_nothing(city: City, first: Rubric) -> None:
    client, draft = city.client("city"), rubrics.copy(by=city.user("city"), rubric=first, on=TODAY)
    url = f"/rubrics/{draft.pk}/edit/"
    text = client.post(url, typed(client, url) | {"points-1.1": "101"}).content.decode()
    assert "1.1 班子健全、按期换届 分值" in text
    assert '<span class="error-text">分值：' in text, "also where it was typed"
    text = client.post(url, typed(client, url) | {"number-2.2-full": "50"}).content.decode()
    assert "“2.2 组织生活出勤”：得满分的百分比须大于不得分的百分比" in text
    text = client.post(url, typed(client, url) | {"band-0": "70"}).content.decode()
    assert "等次分数线请从低到高填写" in text
    before = typed(client, url)
    client.post(url, before | {"name": "先改的"})
    text = client.post(url, before | {"name": "后改的"}).content.decode()
    assert "别人改过这份草稿" in text
    assert Rubric.objects.get(pk=draft.pk).name == "先改的"
    assert "草稿已删除" in client.post(f"/rubrics/{draft.pk}/", {"do": "discard"}, follow=True).content.decode()


@pytest.mark.parametrize("username", ["district", "street", "secretary", "stranger"])
def test_nobody_but_the_city_writes_and_sees_drafts(city: City, first: Rubric, username: str) -> None:
    client, draft = city.client(username), rubrics.copy(by=city.user("city"), rubric=first, on=TODAY)
    assert client.post(f"/rubrics/{first.pk}/", {"do": "copy"}).status_code == 403
    assert client.get(f"/rubrics/{draft.pk}/").status_code == 404
    assert client.post(f"/rubrics/{draft.pk}/", {"do": "publish"}).status_code == 404
    assert client.get(f"/rubrics/{draft.pk}/edit/").status_code in (403, 404)
    assert client.get(f"/rubrics/{draft.pk}/try/").status_code == 404
    assert "草稿" not in page(client, "/rubrics/")


def test_a_trial_shows_facts_points_and_the_records_that_prove_them(city: City, first: Rubric) -> None:
    city.cover(city.organization(), "CZ1111")
    row = held(city, city.member())
    text = page(city.client("secretary"), f"/rubrics/{first.pk}/try/")
    assert "应到 4 人次，实到 3 人次。" in text
    assert f'<a href="/branch/records/{row.pk}/">2026-06-15 主题党日：应到 4，实到 3</a>' in text
    shown = words(text)
    assert "试算只看系统中的记录，不保存，不作为评定结果。" in shown
    assert "还没有登记班子职务和任期。无法计算的项，由评定人凭佐证评分。" in shown
    assert re.search(r"自动计分 \d+\.\d\d 分（满分 \d+\.00 分），\d+ 项共 [\d.]+ 分待评分。", shown)
    assert "2.2 组织生活出勤 3.00 5.00" in shown, "75 of 60 to 85 per cent of 5 points"
    assert "应到 4" not in page(city.client("secretary"), f"/rubrics/{first.pk}/try/?span=2026-2")


def test_whoever_has_several_branches_finds_one(city: City, first: Rubric) -> None:
    client, url = city.client("street"), f"/rubrics/{first.pk}/try/"
    assert "明川电子" in page(client, url)
    assert "明川电子" not in page(client, f"{url}?q=楼宇")
    assert "没有名称含“没有这个”的党支部" in page(client, f"{url}?q=没有这个")
    text = page(client, f"{url}?branch={city['CZ1112'].pk}")
    assert "这个支部按“联合党支部”评定" in text
    for asked in (f"branch={city['CZ111'].pk}", "branch=x", "branch=999999", f"branch={city['CZ1112'].pk}&span=1999"):
        assert client.get(f"{url}?{asked}").status_code == 404
    assert city.client("stranger").get(f"{url}?branch={city['CZ1112'].pk}").status_code == 404


def test_a_trial_of_a_member(city: City, first: Rubric) -> None:
    url, one, other = (
        f"/rubrics/{Rubric.objects.get(category='MEMBER').pk}/try/",
        city.member("张三"),
        city.member("李四", of="CZ1112"),
    )
    held(city, one)
    client = city.client("secretary")
    assert "张三" in page(client, url)
    assert "李四" not in page(client, url)
    text = words(page(client, f"{url}?branch={city['CZ1111'].pk}&member={one.pk}"))
    assert "应参加集中学习 1 次，参加 1 次。" in text
    assert client.get(f"{url}?branch={city['CZ1111'].pk}&member={other.pk}").status_code == 404


def test_a_trial_takes_as_many_queries_for_a_full_year(city: City, first: Rubric) -> None:
    city.cover(city.organization(), "CZ1111")
    one, client, url = city.member(), city.client("secretary"), f"/rubrics/{first.pk}/try/"
    held(city, one)
    page(client, url)
    with CaptureQueriesContext(connection) as few:
        page(client, url)
    for month in range(1, 11):
        held(city, city.member(), date(2026, month, 20))
    with CaptureQueriesContext(connection) as many:
        page(client, url)
    assert len(many) == len(few) <= 120
