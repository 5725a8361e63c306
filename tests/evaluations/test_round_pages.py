"""The pages of rounds: the list, one round with who is late, one evaluation side by side, from the self score on the phone to the
published names and an objection that is answered."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.jobs import run
from core.models import Job
from evaluations.models import Evaluation, Evidence, Extra, Objection, Round
from evaluations.services import rounds
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import of, opened, prepared, reviewed, scores, take

pytestmark = pytest.mark.django_db
TODAY_IS = {"day": TODAY}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    TODAY_IS["day"] = TODAY
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY_IS["day"])


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def do(client: Client, url: str, what: str, **data: Any) -> str:
    return client.post(url, {"do": what} | data, follow=True).content.decode()


def typed(client: Client, url: str, **codes: str) -> dict[str, str]:
    """What the page posts when every item gets its full points, but for those named (`c1_3`)."""
    shown = client.get(url).context
    form, data = shown["form"], {"stage": shown["stage"]}
    for one in form.scores:
        points = codes.get(f"c{one.criterion.code.replace('.', '_')}")
        data[f"points-{one.pk}"] = points or str(form[f"points-{one.pk}"].value() or one.criterion.points)
        data[f"text-{one.pk}"] = form[f"text-{one.pk}"].value() or ""
    return data


def test_a_round_is_set_up_opened_and_followed(city: City) -> None:
    row = prepared(city)
    row.delete()
    client = city.client("city")
    until = {"self_until": "2026-11-30", "street_until": "2026-12-07", "department_until": "2026-12-14"}
    data = {"node": city["CZ"].pk, "subject": "BRANCH", "span": "2026-1", **until}
    refused = client.post("/rounds/new/", data | {"street_until": "2026-11-30"}).content.decode()
    assert "截止日期依次向后" in refused
    answer = client.post("/rounds/new/", data)
    row = Round.objects.get()
    assert (answer.url, row.name) == (f"/rounds/{row.pk}/", "2026 年上半年党支部“五个好”评定")
    assert "开始评定" in page(client, answer.url)
    assert "评定已开始，共 2 个党支部" in do(client, answer.url, "open")
    text = words(page(city.client("street"), answer.url))
    assert "共 2 个党支部，还没有审定的" in text
    assert "公示" not in text.partition("进度")[0]
    TODAY_IS["day"] = date(2026, 12, 1)
    assert "逾期 2 个" in words(page(client, answer.url))
    assert city.client("street").post(answer.url, {"do": "publish"}).status_code == 403
    assert "没有审定，不能公示" in do(client, answer.url, "publish")
    assert "没有审定，不能公示" in (text := page(client, answer.url)), "it says what it waits for"
    assert 'value="publish"' not in text
    assert row.name in page(city.client("secretary"), "/rounds/")
    assert page(client, f"/rounds/{row.pk}/deadlines/")
    assert (
        "只能推迟" in client.post(f"/rounds/{row.pk}/deadlines/", until | {"self_until": "2026-11-29"}).content.decode()
    )
    assert client.post(f"/rounds/{row.pk}/deadlines/", until | {"department_until": "2026-12-31"}).status_code == 302


def test_the_secretary_scores_with_evidence_and_hands_in(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    client, url, score = city.client("secretary"), f"/evaluations/{one.pk}/", scores(one)["1.3"]
    text = page(client, url)
    assert "提交自评" in text
    assert "还没有登记班子职务和任期" in text
    shown = words(text)
    assert "领导班子好 0.00 / 20.00 分 党组织领导班子及其成员认真贯彻执行党的路线方针政策" in shown
    assert "没有登记办实事。" in shown
    assert "供评分参考；登记由支部自己填写，件数不证明效果。" in shown, "where the points are given"
    assert f'href="{url}"' in page(client, f"/branch/{city['CZ1111'].pk}/"), "it stands among what is to be done"
    assert f'href="{url}"' in page(client, f"/party/{city['CZ1111'].pk}/")
    assert "五个好”评定：自评" in page(client, "/due/")
    some = {"stage": "SELF", f"points-{score.pk}": "3", f"text-{score.pk}": "两名委员进入管理层"}
    assert "已保存，还没有提交" in do(client, url, "save", **some)
    photo = SimpleUploadedFile("聘书.pdf", b"%PDF-1.7 test")
    assert "已上传 1 个文件" in do(client, url, f"attach:{score.pk}", **some, **{f"file-{score.pk}": photo})
    file = Evidence.objects.get()
    assert client.get(f"/evaluations/evidence/{file.pk}/").status_code == 200
    assert city.client("stranger").get(f"/evaluations/evidence/{file.pk}/").status_code == 404
    assert "两名委员进入管理层" in page(client, url), "what was typed is there again"
    assert "请填写" in do(client, url, "take", **some), "everything has points"
    assert "自评已提交" in do(client, url, "take", **typed(client, url))
    assert scores(one)["1.3"].self_points == 3
    assert "提交自评" not in page(client, url)
    assert "有了新的进度" in do(client, url, f"detach:{file.pk}")
    assert Evidence.objects.exists()


def test_the_street_and_the_department_go_on_side_by_side(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    take(city, one, "SELF")
    url, key = f"/evaluations/{one.pk}/", scores(one)["1.3"].pk
    street = city.client("street")
    wrong = do(street, url, "take", **typed(street, url, c1_3="2.5", c1_4="99"))
    assert [*re.findall(r'class="error-text">([^<]+)', wrong)] == [
        "与上一步的 4 分不同，请写明理由",
        "须在 0 至 4 之间",
    ]
    assert 'value="99"' in wrong
    data = typed(street, url, c1_3="2.5")
    assert "已提交" in do(street, url, "take", **data | {f"text-{key}": "没有参与决策的记录"})
    district = city.client("district")
    text = words(page(district, url))
    assert "没有参与决策的记录" in text
    assert "复核的是您本人" not in text
    assert "已审定" in do(district, url, "take", **typed(district, url))
    text = page(city.client("secretary"), url)
    assert '<span class="late">2.50</span>' in text
    assert "与登记的结果一致" in text
    assert "登记加减分" not in text


def test_what_is_public_is_objected_to_and_answered(city: City) -> None:
    row = opened(city)
    Extra.objects.all().delete()
    reviewed(city, row)
    TODAY_IS["day"] = date(2026, 12, 1)
    url = f"/rounds/{row.pk}/"
    assert "已公示，到 2026-12-08 为止" in do(city.client("city"), url, "publish")
    text = words(page(city.client("secretary"), url))
    assert "公示名单" in text
    assert "中共云台街道楼宇联合支部委员会" in text, "the name alone, of another branch too"
    one = of(row, city["CZ1111"])
    secretary, url = city.client("secretary"), f"/evaluations/{one.pk}/"
    raised = {"raised_by": "王职工", "raised_unit": "明川电子", "text": "双向进入没有落实", "received_on": "2026-12-01"}
    assert "异议已登记" in do(secretary, url, "object", **raised, score=scores(one)["1.3"].pk)
    made = Objection.objects.get()
    answer = {"objection": made.pk, "accepted": "yes", "answer": "经查证属实", "points": "2"}
    text = do(city.client("district"), url, "answer", **answer)
    assert "审定的是您本人" in text
    assert "经查证属实" in text, "nothing that was typed is lost"
    assert "已答复" in do(city.client("city"), url, "answer", **answer)
    assert scores(one)["1.3"].final == D(2)
    assert "由 4.00 分改为 2.00 分" in words(page(secretary, url))
    TODAY_IS["day"] = date(2026, 12, 9)
    assert "结果已确定" in do(city.client("city"), f"/rounds/{row.pk}/", "finalise")
    assert "完全一致" in do(secretary, f"/rounds/{row.pk}/", "check")


def test_the_lists_take_as_many_queries_for_many_as_for_few(city: City) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            page(city.client("district"), url)
        return len(found)

    row = opened(city)
    urls = [
        "/rounds/",
        f"/rounds/{row.pk}/",
        f"/evaluations/?round={row.pk}",
        f"/evaluations/{of(row, city['CZ1111']).pk}/",
    ]
    queries(urls[0])  # what is asked once a process
    few = [queries(url) for url in urls]
    for place in range(6):
        node = establish(
            by=None, name=f"第{place}支部", kind="branch", parent=city["CZ111"], code=f"N{place}", on=LONG_AGO
        )
        Evaluation.objects.create(
            round=row, rubric=of(row, city["CZ1111"]).rubric, party_organization=node, name=node.name
        )
    assert [queries(url) for url in urls] == few


def test_many_are_confirmed_from_the_list(city: City) -> None:
    row = opened(city)
    one = of(row, city["CZ1111"])
    take(city, one, "SELF")
    take(city, one, "STREET")
    client = city.client("district")
    text = do(client, "/evaluations/?stage=DEPARTMENT", "confirm:DEPARTMENT")
    assert "已按上一步的得分审定 1 份" in text
    assert "没有等待审定的评定" in do(client, "/evaluations/?stage=DEPARTMENT", "confirm:DEPARTMENT")
    assert "审定所列" not in page(client, "/evaluations/")
    assert Round.objects.get().state == rounds.State.OPEN


def test_a_round_of_many_is_opened_made_final_and_worked_out_anew_in_the_background(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluations.views.rounds.AT_ONCE", 1)
    row, client = prepared(city), city.client("city")
    for do_what, state, day in (
        ("open", "OPEN", TODAY),
        ("finalise", "FINAL", date(2026, 12, 9)),
        ("check", "FINAL", date(2026, 12, 9)),
    ):
        TODAY_IS["day"] = day
        answer = client.post(f"/rounds/{row.pk}/", {"do": do_what})
        job = Job.objects.latest("pk")
        assert answer.url == f"/jobs/{job.pk}/"
        Job.objects.filter(pk=job.pk).update(status=Job.Status.RUNNING)
        job.refresh_from_db()
        run(job)
        row.refresh_from_db()
        assert row.state == state, Job.objects.get(pk=job.pk).error
        assert f'href="/rounds/{row.pk}/">查看</a>' in page(client, answer.url)
        if state == "OPEN":
            reviewed(city, row)
            rounds.publish(by=city.user("city"), row=row, on=date(2026, 12, 1))
    assert "已审定的 2 份评定重新计算，与登记的结果完全一致" in page(client, answer.url)


def test_a_round_of_many_is_asked_for_once_and_says_that_it_waits(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluations.views.rounds.AT_ONCE", 1)
    row, client, other = prepared(city, node="CZ11"), city.client("city"), city.client("district")
    url = f"/rounds/{row.pk}/"
    first = client.post(url, {"do": "open"})
    assert client.post(url, {"do": "open"}).url == first.url
    assert other.post(url, {"do": "open"}).url == url
    job = Job.objects.get()
    for who, link in ((client, True), (other, False)):
        shown = page(who, url)
        assert "正在后台开始评定" in shown
        assert f"{job.created_by.name}发起，不必重新提交" in shown
        assert (f'href="{first.url}"' in shown) == link
        assert not re.search('value="(open|discard)"', shown)
    assert "评定和夜间计算暂停" in page(client, url), "no worker runs"


def test_a_round_that_is_gone_when_its_turn_comes_is_told_as_that(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluations.views.rounds.AT_ONCE", 1)
    row, client = prepared(city), city.client("city")
    url = client.post(f"/rounds/{row.pk}/", {"do": "open"}).url
    rounds.discard(by=city.user("city"), row=row, on=TODAY)
    Job.objects.update(status=Job.Status.RUNNING)
    run(Job.objects.get())
    assert "评定批次已删除" in page(client, url)
