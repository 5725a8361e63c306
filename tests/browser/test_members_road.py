"""Members of one branch: the branch scores them, its meeting chooses more than are usual, those above go on, and an objection on paper
changes whom it chose; on the phone and at a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from activities.models import RoleModelPost, Training
from evaluations.models import Evaluation, Honour, Round
from evaluations.queries.results import differences
from evaluations.rules.rounds import half_before
from members.models import Post
from tests.browser.roads import Road
from tests.browser.test_evaluation_road import opened
from tests.people import LONG_AGO, City

NAMES = ("李建国", "王秀兰", "张伟民", "刘晓燕")
FIRST, SECOND, NOT_CHOSEN, BELOW = NAMES


def _known(city: City, today: date) -> Round:
    """Four members with their hours; one holds posts and was honoured."""
    day = half_before(today).last - timedelta(days=15)
    branch, members = city["CZ1111"], [city.member(name) for name in NAMES]
    for one in members:
        Training.objects.create(member=one, course="区委党校党员集中轮训", held_on=day, hours=16)
    held = {"party_organization": branch, "member": members[0], "since": LONG_AGO}
    Post.objects.create(post="ORGANIZATION", name=FIRST, source="STAFF", **held)
    RoleModelPost.objects.create(kind="POST", name="质检先锋岗", **held)
    given = {"level": "COUNTY", "given_by": "中共云溪区委员会", "awarded_on": day}
    Honour.objects.create(party_organization=branch, member=members[0], title="优秀共产党员", name=FIRST, **given)
    return opened(city, today, "上半年党员“五个好”评定", subject="MEMBER")


def test_a_branch_chooses_its_members_and_one_objects(
    city: City, signed_in: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    today, now, road = timezone.localdate(), timezone.now(), Road("members", signed_in)
    row = _known(city, today)
    meeting = f"/rounds/{row.pk}/members/{city['CZ1111'].pk}/"

    page = road.page_of("secretary", f"/branch/{city['CZ1111'].pk}/")
    road.step(page, "1-branch")
    page.get_by_role("link", name="支部评定").first.click()
    road.step(page, "2-before")
    for name in NAMES:
        page.get_by_role("link", name=name).click()
        for typed in page.locator("input[name^=points-]").all():
            typed.fill(str(typed.get_attribute("aria-label")).rpartition("满分 ")[2])
        if name == BELOW:
            page.get_by_label("M2.1 得分").fill("3")
        if name == FIRST:
            page.get_by_text("担任党内职务 1 项，承担责任区、先锋岗 1 个").wait_for()
            road.step(page, "3-scores")
        page.get_by_role("button", name="保存", exact=True).last.click()
        page.get_by_text("已保存").wait_for()
        page.get_by_role("link", name="支部党员大会评定").click()
    road.step(page, "4-scored")
    for name in (FIRST, SECOND):
        page.get_by_label(f"{name} 评定为“五个好”").check()
    page.get_by_label(f"{NOT_CHOSEN} 没有评定的原因").fill("名额所限")
    page.get_by_label("到会的有表决权党员").fill("4")
    page.get_by_label("赞成").fill("4")
    page.get_by_role("button", name="登记支部党员大会评定").click()
    page.get_by_text("一般不超过 1 名（三分之一）").wait_for()
    road.step(page, "5-too-many")
    page.get_by_label("超过名额的原因").fill("两名党员今年均受区级表彰")
    page.get_by_role("button", name="登记支部党员大会评定").click()
    page.get_by_text("等待街道复核").first.wait_for()
    road.step(page, "6-decided")

    for username, stage in (("street", "STREET"), ("district", "DEPARTMENT")):
        page = road.page_of(username, f"/evaluations/?stage={stage}")
        road.step(page, f"7-{username}")
        page.locator(f"button[value='confirm:{stage}']").click()
        page.get_by_text("的得分").first.wait_for()

    page = road.page_of("city", f"/rounds/{row.pk}/")
    page.get_by_role("button", name="公示").click()
    page.get_by_text("公示名单").wait_for()
    road.step(page, "8-public")

    page = road.page_of("secretary", meeting)
    page.get_by_role("link", name=NOT_CHOSEN).click()
    page.locator("summary", has_text="登记异议").click()
    page.locator("textarea[name=text]").fill("本人得分高于名单中的党员，请核实（书面异议，支部代为登记）")
    page.locator("[name=raised_by]").fill(NOT_CHOSEN)
    page.locator("[name=received_on]").fill(str(today))
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("异议已登记").wait_for()
    road.step(page, "9-objection")

    page = road.page_of("city", page.url)
    page.locator("summary", has_text="答复").click()
    page.locator("[name=answer]").fill("查阅支部党员大会记录，得分和表决票数属实，增列")
    page.locator("[name=chosen]").select_option("yes")
    road.step(page, "10-answer")
    page.get_by_role("button", name="答复", exact=True).click()
    page.get_by_text("异议成立").wait_for()

    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=20))
    page = road.page_of("city", f"/rounds/{row.pk}/")
    page.get_by_role("button", name="确定结果").click()
    page.get_by_text("结果已确定").wait_for()
    road.step(page, "11-final")
    page = road.page_of("secretary", meeting)
    road.step(page, "12-result")
    page.get_by_role("link", name=NOT_CHOSEN).click()
    road.step(page, "13-member")
    assert Round.objects.get().state == "FINAL"
    assert {*Evaluation.objects.filter(five_good=True).values_list("name", flat=True)} == {FIRST, SECOND, NOT_CHOSEN}
    assert [*differences(Evaluation.objects.all())] == []
    assert road.small == [], "every button is large enough for a thumb"
