"""满意度测评 from its beginning to the points that follow: who keeps it, how many may answer, how many it takes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from pytest_django.fixtures import Settings

from core.due import due_kinds
from core.migrations._frozen_when import REFUSAL
from core.models import AuditEntry
from core.refusals import Refusal
from evaluations.criteria.satisfaction import satisfaction
from evaluations.models import Survey
from evaluations.queries.results import asked, differences
from evaluations.queries.surveys import lines_of
from evaluations.rules import surveys as rules
from evaluations.services import rounds, surveys
from orgs.models import PartyOrganization
from tests.people import TODAY, City
from tests.rounds import reviewed, scores, take
from tests.surveys import GOOD, POOR, UNTIL, again, begun, closed, codes, paper, say, scan, sheets, staffed
from tests.trail import OTHER_KEY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("staff", "takes"), [(0, 3), (5, 3), (10, 3), (11, 4), (20, 6), (33, 10), (34, 10), (2_000, 10)]
)
def test_ten_answers_or_three_in_ten_of_the_employees_and_never_so_few_that_they_tell_of_one(
    staff: int, takes: int
) -> None:
    assert rules.least(staff, 10, 30) == takes


@pytest.mark.parametrize(
    ("online", "paper", "counts", "are_enough"),
    [(10, 0, 10, True), (9, 0, 9, False), (2, 9, 0, False), (2, 10, 0, True), (3, 7, 3, True), (0, 10, 0, True)],
)
def test_one_or_two_online_beside_paper_would_tell_of_a_person_and_do_not_count(
    online: int, paper: int, counts: int, are_enough: bool
) -> None:
    assert rules.enough(online, paper, 10) == (counts, are_enough)


@pytest.mark.parametrize(
    "written", ["abcd-efgh-jk23", "ABCDEFGHJK23", " ABCD EFGH JK23 ", "ＡＢＣＤ-ＥＦＧＨ-ＪＫ２３"]
)
def test_a_code_is_the_same_however_it_is_typed(written: str) -> None:
    assert rules.typed(written) == "ABCDEFGHJK23"


def test_a_code_is_long_and_has_no_sign_that_is_taken_for_another() -> None:
    code = rules.new_code()
    assert len(code) == 12
    assert not {*rules.SIGNS} & {*"0O1IL"}
    assert len(rules.SIGNS) ** 12 > 2**59


def test_the_key_of_codes_that_are_out_stays_until_they_are_used_up(
    city: City, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    survey = begun(city)
    first, _ = codes(city, survey, 2)
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    call_command("rotate_keys")
    assert "先不要从 FIELD_KEYS 中移除demo：已发出的答卷码 2 个" in capsys.readouterr().out
    say(first, GOOD)
    closed(city, survey)
    call_command("rotate_keys")
    assert "可以从 FIELD_KEYS 中移除：demo" in capsys.readouterr().out


def test_the_rate_becomes_the_fact_of_the_criterion_that_asks_for_it(city: City) -> None:
    survey = begun(city)
    assert (survey.people, survey.minimum) == (42, 10)
    assert asked(scores(survey.evaluation)["5.1"])
    for place, code in enumerate(codes(city, survey, 12)):
        say(code, POOR if place < 3 else GOOD)
    row = closed(city, survey)
    assert (row.online, row.counted, row.satisfied) == (12, 12, 9)
    one = scores(survey.evaluation)["5.1"]
    assert (one.auto, asked(one)) == (D("6.00"), False)  # 8 × 75 %
    assert one.fact["text"] == "满意度测评计入 12 份，满意和基本满意 9 份"
    assert [line.numbers for line in lines_of(row)] == [(9, 0, 3, 0)] * 6
    span = survey.evaluation.round.span
    branches = PartyOrganization.objects.filter(pk=city["CZ1111"].pk)
    assert satisfaction(branches, span, TODAY)[city["CZ1111"].pk].counted == 9


def test_below_six_in_ten_there_are_no_points_and_who_does_not_know_is_not_satisfied(city: City) -> None:
    survey = begun(city)
    for place, code in enumerate(codes(city, survey, 10)):
        say(code, GOOD if place < 5 else dict.fromkeys(GOOD, "UNKNOWN"))
    row = closed(city, survey)
    assert (row.counted, row.satisfied, scores(survey.evaluation)["5.1"].auto) == (10, 5, 0)


def test_too_few_answers_bring_no_rate_and_leave_nothing_behind(city: City) -> None:
    survey = begun(city)
    for code in codes(city, survey, 9):
        say(code)
    row = closed(city, survey)
    assert (row.online, row.counted, row.satisfied) == (9, None, None)
    assert not row.sums.exists()
    assert list(lines_of(row)) == []
    one = scores(survey.evaluation)["5.1"]
    assert asked(one), "judged by hand"
    assert one.fact["unknown"] == "满意度测评收回 9 份，按规定至少要有 10 份，不计算满意率"


def test_paper_counts_beside_and_is_said(city: City) -> None:
    survey = begun(city)
    for code in codes(city, survey, 4):
        say(code)
    paper(city, survey, GOOD=3, FAIR=2, POOR=1)
    row = closed(city, survey)
    assert (row.online, row.counted, row.satisfied) == (4, 10, 9)
    fact = scores(survey.evaluation)["5.1"].fact
    assert fact["text"] == "满意度测评计入 10 份（其中纸质 6 份，由组织测评的人员清点录入），满意和基本满意 9 份"


def test_one_answer_online_beside_paper_is_dropped(city: City) -> None:
    survey = begun(city)
    say(codes(city, survey, 5)[0], POOR)
    paper(city, survey, GOOD=10)
    row = closed(city, survey)
    assert (row.online, row.counted, row.satisfied, row.sums.count()) == (1, 10, 10, 0)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (sheets(), "还没有填写份数"),
        (sheets(GOOD=3) | {"TEAM": {"GOOD": 4}}, "“领导班子”的份数多于“总体评价”的 3 份"),
        (sheets(GOOD=41), "超过党员和职工的 42 人"),
    ],
)
def test_paper_that_cannot_be_is_refused(city: City, counts: dict[str, dict[str, int]], sentence: str) -> None:
    survey = begun(city)
    codes(city, survey, 2)
    with pytest.raises(Refusal, match=sentence):
        surveys.enter_paper(by=city.user("street"), survey=survey, counts=counts, data=scan(), name="a.png", on=TODAY)


def test_the_same_sheets_are_entered_once_and_a_slip_of_the_pen_is_taken_back(city: City) -> None:
    survey = begun(city)
    first = paper(city, survey, GOOD=3)
    assert paper(city, survey, GOOD=3) == first
    surveys.remove_paper(by=city.user("street"), paper=first, on=TODAY)
    assert not survey.papers.exists()


def test_no_more_codes_than_people_and_none_twice_by_a_page_that_is_sent_again(city: City) -> None:
    survey = begun(city, staff=3, members=2)
    told = {"by": city.user("street"), "survey": survey, "on": TODAY}
    made = surveys.issue(**told, number=4, seen=0)
    assert len({*made}) == 4
    with pytest.raises(Refusal, match="已发到 4 张"):
        surveys.issue(**told, number=1, seen=0)
    for number in (0, 2, -1):
        with pytest.raises(Refusal, match="还可以发 1 张"):
            surveys.issue(**told, number=number, seen=4)
    say(made[0])
    assert surveys.withdraw(**told) == 3
    with pytest.raises(Refusal, match="没有这个答卷码"):
        say(made[1])
    assert again(survey).slips == 1
    assert len(surveys.issue(**told, number=4, seen=1)) == 4


def test_a_code_answers_once_and_only_while_the_survey_is_open(city: City) -> None:
    survey = begun(city)
    first, second, third = codes(city, survey, 3)
    say(first)
    with pytest.raises(Refusal, match="已经用过"):
        say(first, POOR)
    say(second, on=UNTIL)
    with pytest.raises(Refusal, match="已经结束"):
        say(third, on=UNTIL + timedelta(days=1))
    closed(city, survey)
    for code in (first, third):
        with pytest.raises(Refusal, match="没有这个答卷码"):
            say(code)


@pytest.mark.parametrize("grades", [{}, {"WHOLE": "GOOD"}, GOOD | {"WHOLE": "BEST"}, GOOD | {"MORE": "GOOD"}])
def test_an_answer_is_whole(city: City, grades: dict[str, str]) -> None:
    [code] = codes(city, begun(city), 1)
    with pytest.raises(Refusal, match="每一项都选"):
        say(code, grades)
    say(code)


@pytest.mark.parametrize(
    ("who", "sentence"), [("secretary", "须在本党组织或它的上级"), ("stranger", "须在本党组织或它的上级")]
)
def test_it_is_kept_from_above_the_branch(city: City, who: str, sentence: str) -> None:
    evaluation = staffed(city)
    with pytest.raises(Refusal, match=sentence):
        surveys.begin(by=city.user(who), evaluation=evaluation, until=UNTIL, on=TODAY)
    survey = surveys.begin(by=city.user("street"), evaluation=evaluation, until=UNTIL, on=TODAY)
    told = {"by": city.user(who), "survey": survey, "on": TODAY}
    for act in (
        lambda: surveys.issue(**told, number=1, seen=0),
        lambda: surveys.withdraw(**told),
        lambda: surveys.close(**told),
        lambda: surveys.enter_paper(**told, counts=sheets(GOOD=3), data=scan(), name="a.png"),
    ):
        with pytest.raises(Refusal, match=sentence):
            act()


def test_it_lies_in_the_timetable_once_for_an_evaluation(city: City) -> None:
    evaluation = staffed(city)
    told = {"by": city.user("street"), "evaluation": evaluation, "on": TODAY}
    for until in (TODAY - timedelta(days=1), date(2026, 12, 15)):
        with pytest.raises(Refusal, match="截止日期须在今天至 2026-12-14"):
            surveys.begin(**told, until=until)
    surveys.begin(**told, until=UNTIL)
    with pytest.raises(Refusal, match="已有一次"):
        surveys.begin(**told, until=UNTIL)


def test_the_department_waits_for_it_and_after_that_there_is_none(city: City) -> None:
    survey = begun(city)
    one = survey.evaluation
    take(city, one, "SELF")
    take(city, one, "STREET")
    with pytest.raises(Refusal, match=f"满意度测评还没有结束（截止 {UNTIL}）"):
        take(city, one, "DEPARTMENT")
    for code in codes(city, survey, 10):
        say(code)
    closed(city, survey)
    take(city, one, "DEPARTMENT")
    assert scores(one)["5.1"].final == 8
    assert list(differences(one.round.evaluations.all())) == []


def test_a_final_round_keeps_what_its_survey_said(city: City) -> None:
    survey = begun(city)
    for code in codes(city, survey, 10):
        say(code)
    closed(city, survey)
    row = survey.evaluation.round
    reviewed(city, row)
    rounds.publish(by=city.user("city"), row=row, on=date(2026, 12, 2))
    rounds.finalise(by=city.user("city"), row=row, on=date(2026, 12, 20))
    for act in (
        lambda: Survey.objects.update(satisfied=1),
        lambda: survey.sums.all().delete(),
        lambda: survey.sums.update(number=1),
    ):
        with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
            act()


def test_a_survey_whose_day_is_over_waits_for_the_street(city: City) -> None:
    survey, kind = begun(city), due_kinds["evaluations.surveys"]
    told = {name: list(kind.of(city.scope(name), date(2026, 12, 8))) for name in ("street", "district", "secretary")}
    assert told == {"street": [survey], "district": [], "secretary": []}
    assert not kind.of(city.scope("street"), UNTIL).exists(), "it still takes answers"
    [item] = kind.items(told["street"], city.scope("street"), date(2026, 12, 8))
    assert (item.who, item.until, item.url) == (
        str(city["CZ1111"]),
        UNTIL,
        f"/evaluations/{survey.evaluation_id}/survey/",
    )
    closed(city, survey)
    assert not kind.of(city.scope("street"), date(2026, 12, 8)).exists()


def put_off(
    city: City, survey: Survey, until: date, who: str = "street", on: date = TODAY, reason: str = "停产放假"
) -> Survey:
    return surveys.put_off(by=city.user(who), survey=survey, until=until, reason=reason, on=on)


LATER = date(2026, 12, 10)


def test_a_deadline_is_put_off_with_a_reason_and_the_codes_stay_good(city: City) -> None:
    survey = begun(city)
    [code] = codes(city, survey, 1)
    put_off(city, survey, LATER, on=UNTIL + timedelta(days=1))
    say(code, on=LATER)
    entry = AuditEntry.objects.get(action="evaluations.survey_put_off")
    assert (entry.reason, entry.changes) == ("停产放假", {"until": [str(UNTIL), str(LATER)]})


@pytest.mark.parametrize(
    ("until", "reason", "sentence"),
    [
        (UNTIL, "放假", "须晚于原来的 2026-12-07"),
        (TODAY, "放假", "须晚于原来的 2026-12-07"),
        (date(2026, 12, 15), "放假", "不晚于 2026-12-14"),
        (LATER, " ", "推迟原因没有填写"),
    ],
)
def test_a_deadline_moves_later_within_the_timetable_for_a_reason(
    city: City, until: date, reason: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        put_off(city, begun(city), until, reason=reason)


def test_a_deadline_is_put_off_to_no_day_that_is_over(city: City) -> None:
    with pytest.raises(Refusal, match="不早于今天"):
        put_off(city, begun(city), UNTIL + timedelta(days=1), on=UNTIL + timedelta(days=2))


def test_a_deadline_is_put_off_by_those_who_began_it_or_above_them(city: City) -> None:
    survey = begun(city)
    for place, who in enumerate(("street", "district", "city"), 1):
        assert put_off(city, survey, UNTIL + timedelta(days=place), who).until == UNTIL + timedelta(days=place)
    for who in ("secretary", "stranger"):
        with pytest.raises(Refusal, match="须在本党组织或它的上级"):
            put_off(city, survey, LATER, who)


def test_what_the_district_began_the_street_does_not_put_off(city: City) -> None:
    survey = surveys.begin(by=city.user("district"), evaluation=staffed(city), until=UNTIL, on=TODAY)
    with pytest.raises(Refusal, match=f"办理{city['CZ11']}的这一步"):
        put_off(city, survey, LATER, "street")
    put_off(city, survey, LATER, "city")


def test_a_deadline_is_put_off_until_the_street_has_reviewed(city: City) -> None:
    survey = begun(city)
    take(city, survey.evaluation, "SELF")
    put_off(city, survey, UNTIL + timedelta(days=1))
    take(city, survey.evaluation, "STREET")
    with pytest.raises(Refusal, match="街道已经复核"):
        put_off(city, survey, LATER)
    closed(city, survey)
    with pytest.raises(Refusal, match="已经结束"):
        put_off(city, survey, LATER)
