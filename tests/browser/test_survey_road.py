"""满意度测评 from its beginning to the points that follow: slips, two answers on the phone, a code that is used up, too few answers
that leave nothing, paper beside, and the criterion with what it does not prove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page

from core.models import AuditEntry
from evaluations.models import Evaluation, Survey, SurveySum, SurveyTicket
from evaluations.rules.surveys import QUESTIONS
from tests.browser.chromium import PHONE
from tests.browser.roads import SHOTS, Road
from tests.browser.test_evaluation_road import opened
from tests.browser.test_prints import lines_of
from tests.people import City
from tests.surveys import codes, say, scan

USED = "这个答卷码已经用过，每个答卷码只能答一次"


class SurveyRoad(Road):
    def __init__(self, page: Page, signed_in: Callable[[str], Page]) -> None:
        super().__init__("survey", signed_in, phones=())
        self.page = page

    def of_nobody(self, where: str) -> Page:
        """On a phone, without an account."""
        self.page.context.clear_cookies()
        self.page.set_viewport_size(PHONE)
        self.page.goto("about:blank")  # a link that differs behind the `#` alone loads nothing
        self.page.goto(where)
        return self.page


def begun(road: SurveyRoad, one: Evaluation, number: int) -> list[str]:
    """By the street, with so many slips; what stands on them."""
    page = road.page_of("street", f"/evaluations/{one.pk}/")
    page.get_by_role("link", name="组织满意度测评").click()
    road.step(road.page, "1-before")
    page.get_by_role("button", name="开始测评").click()
    page.get_by_text("满意度测评已开始").wait_for()
    road.step(road.page, "2-begun")
    page.get_by_label("发放").fill(str(number))
    page.get_by_role("button", name="生成并打印").click()
    page.get_by_text("只显示这一次").wait_for()
    road.step(road.page, "3-slips")
    return page.locator(".slips code").all_inner_texts()


def answer(page: Page, grade: str) -> None:
    for group in page.get_by_role("group").all():
        group.get_by_label(grade, exact=True).check()
    page.get_by_role("button", name="提交").click()
    page.get_by_role("heading", name="已收到").wait_for()


def test_a_survey_from_its_slips_to_the_points_that_follow(
    city: City, page: Page, signed_in: Callable[[str], Page], tmp_path: Path
) -> None:
    for name, code in (("明川电子", "CZ1111"), ("云台楼宇", "CZ1112")):
        city.cover(city.organization(name, staff=20), code)
    opened(city, timezone.localdate(), node="CZ111")
    road = SurveyRoad(page, signed_in)
    _too_few(city, road)
    _enough(city, road, tmp_path)
    assert road.small == [], "every button is large enough for a thumb"


def _too_few(city: City, road: SurveyRoad) -> None:
    one, page = Evaluation.objects.get(party_organization=city["CZ1112"]), road.page
    first, second, *_ = begun(road, one, 6)
    road.of_nobody(f"/survey/#{first.replace('-', '')}")
    assert page.url.endswith("/survey/"), "the code is off the address"
    road.step(road.page, "4-code")
    page.get_by_role("button", name="下一步").click()
    page.get_by_text("总体评价").wait_for()
    road.step(road.page, "5-questions")
    answer(page, "满意")
    road.step(road.page, "6-answered")
    road.of_nobody("/survey/").get_by_label("答卷码").fill(second.lower())
    page.get_by_role("button", name="下一步").click()
    answer(page, "不满意")
    road.of_nobody(f"/survey/#{first}").get_by_role("button", name="下一步").click()
    page.get_by_text(USED).wait_for()
    road.step(road.page, "7-used")
    survey = f"/evaluations/{one.pk}/survey/"
    assert "已收回 2 份" in road.page_of("street", survey).locator(".lead").inner_text()
    road.step(road.page, "8-running")
    page.get_by_role("button", name="结束测评").click()
    page.get_by_text("收回的份数不够").wait_for()
    road.step(road.page, "9-too-few")
    assert not SurveySum.objects.exists()
    assert not SurveyTicket.objects.exists()
    assert Survey.objects.get().satisfied is None
    page.goto(f"/evaluations/{one.pk}/")
    assert "满意度测评收回 2 份，按规定至少要有 6 份，不计算满意率" in page.locator("main").inner_text()


def _enough(city: City, road: SurveyRoad, folder: Path) -> None:
    one, page = Evaluation.objects.get(party_organization=city["CZ1111"]), road.page
    begun(road, one, 1)
    survey, file = Survey.objects.get(evaluation=one), folder / "问卷.png"
    for code in codes(city, survey, 4):
        say(code, on=timezone.localdate())
    file.write_bytes(scan())
    address = f"/evaluations/{one.pk}/survey/"
    later = survey.until - timedelta(days=2)
    Survey.objects.filter(pk=survey.pk).update(until=later)
    road.page_of("street", address)
    page.locator("summary", has_text="推迟截止日期").click()
    page.get_by_label("新的截止日期").fill(str(survey.until))
    page.get_by_label("推迟原因").fill("节前停产，职工没有返岗")
    road.step(road.page, "10-put-off")
    page.get_by_role("button", name="推迟", exact=True).click()
    page.get_by_text(f"截止日期已推迟到 {survey.until}").wait_for()
    page.get_by_role("link", name="打印空白问卷").click()
    road.step(road.page, "11-sheet")
    assert len(list(lines_of(page.pdf(prefer_css_page_size=True)))) == 1
    page.emulate_media(media="print")
    page.screenshot(path=SHOTS / "survey-11-sheet-print.png", full_page=True)
    assert "孙街" not in page.locator("body").inner_text(), "nobody's name, and no moment"
    page.emulate_media(media="screen")
    page.goto(address)
    page.locator("summary", has_text="录入纸质问卷").click()
    for text in QUESTIONS.values():
        page.get_by_label(f"{text.partition('：')[0]} 满意", exact=True).fill("3")
    page.get_by_label("总体评价 不满意", exact=True).fill("1")
    page.locator("input[type=file]").set_input_files(file)
    road.step(road.page, "12-paper")
    page.get_by_role("button", name="录入", exact=True).click()
    page.get_by_text("已录入纸质问卷 4 份").wait_for()
    page.get_by_role("button", name="结束测评").click()
    page.get_by_text("满意率", exact=True).wait_for()
    road.step(road.page, "13-result")
    told = road.page_of("secretary", f"/evaluations/{one.pk}/").locator("main").inner_text()
    assert "满意度测评计入 8 份（其中纸质 4 份，由组织测评的人员清点录入），满意和基本满意 7 份" in told
    assert "答卷不记名，不证明答的都是职工本人" in told
    road.step(road.page, "14-criterion")
    assert not AuditEntry.objects.filter(model__in=("evaluations.surveyticket", "evaluations.surveysum")).exists()
