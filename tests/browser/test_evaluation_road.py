"""One branch from its own score on the phone to the published result, and an objection that changes it, by five hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from evaluations.models import Evaluation, Extra, Round
from evaluations.queries.results import differences
from evaluations.rules.rounds import half_before
from evaluations.services import rounds, rubrics
from tests.activities.test_attachments import photo
from tests.browser.roads import Road
from tests.people import City

REASON = "没有参与重大决策的记录"


def opened(city: City, today: date, name: str = "上半年党支部“五个好”评定", node: str = "CZ1111", **more: Any) -> Round:
    """Of the branch alone, of its members, or of all below a committee, of the last half of a year that is over."""
    first, last = half_before(today)
    told: dict[str, Any] = {"by": city.user("city"), "on": today}
    rubrics.set_up(by=city.user("city"), on=last)
    days = {name: today + timedelta(days=10 * place) for place, name in enumerate(rounds.DEADLINES, 1)}
    values = {"name": name, "first_day": first, "last_day": last} | days | more
    row = rounds.prepare(node=city[node], values=values, **told)
    rounds.open_(row=row, **told)
    Extra.objects.all().delete()  # nothing was held, which is a veto
    return row


def test_a_branch_scores_itself_is_reviewed_and_published(
    city: City, signed_in: Callable[[str], Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today, now = timezone.localdate(), timezone.now()
    city.cover(city.organization("明川电子", staff=20), "CZ1111")
    road, row = Road("evaluation", signed_in), opened(city, today)
    one = Evaluation.objects.get()
    address, scan = f"/evaluations/{one.pk}/", tmp_path / "聘书.jpg"
    scan.write_bytes(photo())

    page = road.page_of("secretary", f"/branch/{city['CZ1111'].pk}/")
    road.step(page, "1-branch")
    page.get_by_role("link", name="自评").first.click()
    road.step(page, "2-self")
    for typed in page.locator("input[name^=points-]").all():
        typed.fill(str(typed.get_attribute("aria-label")).rpartition("满分 ")[2])
    page.get_by_text("上传佐证").first.click()
    page.locator("input[type=file]").first.set_input_files(scan)
    page.get_by_role("button", name="上传", exact=True).first.click()
    page.get_by_text("已上传 1 个文件").wait_for()
    page.get_by_role("button", name="提交自评").click()
    page.get_by_text("自评已提交").wait_for()
    road.step(page, "3-handed-in")

    page = road.page_of("street", "/evaluations/?stage=STREET")
    page.get_by_role("link", name=one.name).first.click()
    page.get_by_label("1.3 得分").fill("2")
    page.get_by_role("button", name="提交复核").click()
    page.get_by_text("请写明理由").first.wait_for()
    road.step(page, "4-no-reason")
    page.get_by_label("1.3 与自评不同的").fill(REASON)
    page.get_by_role("button", name="提交复核").click()
    page.get_by_text("已提交").first.wait_for()

    page = road.page_of("district", address)
    road.step(page, "5-department")
    page.get_by_role("button", name="审定", exact=True).click()
    page.get_by_text("与登记的结果一致").wait_for()
    road.step(page, "6-side-by-side")

    page = road.page_of("city", f"/rounds/{row.pk}/")
    page.get_by_role("button", name="公示").click()
    page.get_by_text("公示名单").wait_for()
    road.step(page, "7-public")

    page = road.page_of("secretary", address)
    page.locator("summary", has_text="登记异议").click()
    page.get_by_label("评分项").select_option(label="1.3 双向进入、交叉任职，参与重大决策")
    page.locator("textarea[name=text]").fill("参与决策的会议记录在册，请核实")
    page.locator("[name=raised_by]").fill("钱书记")
    page.locator("[name=received_on]").fill(str(today))
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("异议已登记").wait_for()
    road.step(page, "8-objection")

    page = road.page_of("city", address)
    page.locator("summary", has_text="答复").click()
    page.locator("[name=answer]").fill("查阅会议记录，属实")
    page.locator("[name=points]").fill("4")
    page.get_by_role("button", name="答复", exact=True).click()
    page.get_by_text("由 2.00 分改为 4.00 分").wait_for()
    road.step(page, "9-answered")

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=20))
    page = road.page_of("city", f"/rounds/{row.pk}/")
    page.get_by_role("button", name="确定结果").click()
    page.get_by_text("结果已确定").wait_for()
    road.step(page, "10-final")
    road.step(road.page_of("secretary", address), "11-result")
    assert Round.objects.get().state == "FINAL"
    assert [*differences(Evaluation.objects.all())] == []
    assert road.small == [], "every button is large enough for a thumb"
