"""The pages of 满意度测评: whoever keeps it, the branch that sees a number, and whoever answers by a code without an account."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluations.models import Survey, SurveyTicket
from evaluations.rules.surveys import QUESTIONS, printed
from evaluations.views.answers import WRONG
from tests.people import TODAY, City
from tests.surveys import GOOD, begun, closed, codes, scan, sheets, staffed

pytestmark = pytest.mark.django_db
PAGE = "/survey/"


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def post(client: Client, url: str, do: str, **data: object) -> str:
    return client.post(url, {"do": do} | data, follow=True).content.decode()


def test_it_is_begun_handed_out_counted_and_closed_on_one_page(city: City) -> None:
    one = staffed(city)
    url, street, secretary = f"/evaluations/{one.pk}/survey/", city.client("street"), city.client("secretary")
    assert "在册党员 <b>2</b> 名，覆盖单位职工 <b>40</b> 名" in street.get(url).content.decode()
    assert "没有进行满意度测评" in secretary.get(url).content.decode()
    assert "请填写截止日期" in post(street, url, "begin", until="")
    assert "满意度测评已开始" in post(street, url, "begin", until="2026-12-07")
    slips = street.post(url, {"do": "issue", "number": "12", "seen": "0"})
    assert slips.headers["Cache-Control"] == "no-store, private"
    text = slips.content.decode()
    made = re.findall(r"<code>([\w-]+)</code>", text)
    assert (len({*made}), text.count("<svg")) == (12, 12)
    assert "已发到 12 张" in post(street, url, "issue", number="12", seen="0"), "sent again"
    for code in made[:7]:
        assert Client().post(PAGE, {"code": code, "do": "answer"} | GOOD).status_code == 302
    shown = secretary.get(url).content.decode()
    assert "已收回 <b>7</b> 份" in shown
    assert "发放" not in shown
    assert 'name="do"' not in shown
    counts = {
        f"{question}-{grade}": number or "" for question, of in sheets(FAIR=3).items() for grade, number in of.items()
    }
    assert "问卷扫描件" in post(street, url, "paper", **counts), "it says what is missing"
    file = SimpleUploadedFile("问卷.png", scan(), "image/png")
    assert "已录入纸质问卷 3 份" in post(street, url, "paper", **counts, file=file)
    assert "满意度测评已结束" in post(street, url, "close")
    for client in (street, secretary):
        text = client.get(url).content.decode()
        assert "满意度测评计入 10 份（其中纸质 3 份，由组织测评的人员清点录入），满意和基本满意 10 份" in text
        assert "<b>100%</b>" in text
    assert "计入 10 份，满意和基本满意 10 份" in secretary.get(f"/evaluations/{one.pk}/").content.decode()
    assert street.post(url, {"do": "other"}).status_code == 400


def test_the_deadline_is_put_off_on_the_page(city: City) -> None:
    survey = begun(city)
    url, street = f"/evaluations/{survey.evaluation_id}/survey/", city.client("street")
    assert "推迟截止日期" not in city.client("secretary").get(url).content.decode()
    missing = post(street, url, "put_off", until="2026-12-10", reason="")
    assert "推迟原因" in missing.partition('role="alert"')[2].partition("</div>")[0]
    assert "须晚于原来的 2026-12-07" in post(street, url, "put_off", until="2026-12-07", reason="放假")
    assert "截止日期已推迟到 2026-12-10" in post(street, url, "put_off", until="2026-12-10", reason="放假")
    assert "截止 2026-12-10" in street.get(url).content.decode()


def test_a_code_opens_the_questions_of_its_branch_and_leads_on_when_it_is_answered(city: City) -> None:
    [code] = codes(city, begun(city), 1)
    visitor = Client(enforce_csrf_checks=True)
    first = visitor.get(PAGE)
    assert "no-store" in first.headers["Cache-Control"]
    assert "default-src 'self'" in first.headers["Content-Security-Policy"]
    token = {"csrfmiddlewaretoken": visitor.cookies["csrftoken"].value}
    shown = visitor.post(PAGE, {"code": printed(code).lower()} | token)
    assert "no-store" in shown.headers["Cache-Control"]
    assert shown.context["survey"].evaluation.name in shown.content.decode()
    assert len(re.findall(r'type="radio"', shown.content.decode())) == 4 * len(QUESTIONS)
    part = visitor.post(PAGE, {"code": code, "do": "answer", "WHOLE": "POOR"} | token).content.decode()
    assert "请每一项都选一个评价" in part
    assert 'name="WHOLE" value="POOR" required checked' in part, "what was chosen stays"
    answer = visitor.post(PAGE, {"code": code, "do": "answer"} | GOOD | token)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/survey/done/")
    assert code not in answer.headers["Location"]
    done = visitor.get("/survey/done/")
    assert "已收到" in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]
    again = visitor.post(PAGE, {"code": code, "do": "answer"} | GOOD | token).content.decode()
    assert "这个答卷码已经用过" in again, "the back button, and sent again"
    assert {*visitor.cookies} == {"csrftoken"}


def test_the_code_comes_by_post_alone(city: City) -> None:
    [code] = codes(city, begun(city), 1)
    assert "radio" not in Client().get(PAGE, {"code": code, "do": "answer"} | GOOD).content.decode()
    assert not SurveyTicket.objects.filter(used=True).exists()
    assert Client().get(f"{PAGE}{code}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "答卷码是 12 位"),
        ("abc", "答卷码是 12 位"),
        ("ABCDEFGHJK23", "没有这个答卷码"),
        ("x" * 5000, "答卷码是 12 位"),
    ],
)
def test_a_code_that_is_none_is_told_so(city: City, typed: str, sentence: str) -> None:
    begun(city)
    answer = Client().post(PAGE, {"code": typed})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_whoever_guesses_codes_is_stopped_and_others_go_on(city: City) -> None:
    first, second = codes(city, begun(city), 2)
    guesser, other = Client(REMOTE_ADDR="10.0.0.7"), Client(REMOTE_ADDR="10.0.0.8")
    for _ in range(WRONG):
        assert guesser.post(PAGE, {"code": "ABCDEFGHJK23"}).status_code == 200
    stopped = guesser.post(PAGE, {"code": first, "do": "answer"} | GOOD)
    assert stopped.status_code == 429
    assert "十分钟以后再试" in stopped.content.decode()
    assert other.post(PAGE, {"code": second, "do": "answer"} | GOOD).status_code == 302
    assert SurveyTicket.objects.filter(used=True).count() == 1


def test_its_pages_are_for_those_who_see_the_evaluation(city: City) -> None:
    survey = begun(city)
    url = f"/evaluations/{survey.evaluation_id}/survey/"
    assert city.client("stranger").get(url).status_code == 404
    assert city.client("stranger").post(url, {"do": "close"}).status_code == 404
    assert "须在本党组织或它的上级" in post(city.client("secretary"), url, "close")
    assert Survey.objects.running().exists()
    closed(city, survey)
    assert "不计算满意率" in city.client("secretary").get(url).content.decode()
