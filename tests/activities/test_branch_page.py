"""/branch/: what is due first, with one action each; the street opens the same page and is named."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from activities.models import ActivityRecord, Obligation
from activities.queries.home import duties
from activities.services import records, reviews
from activities.services.obligations import lay_out
from core.months import YearMonth
from tests.filing import file_record, members
from tests.people import City, account

pytestmark = pytest.mark.django_db
QUERIES = 30


def today():
    return timezone.localdate()


@pytest.fixture
def secretary(city: City) -> Client:
    members(city, 3)
    lay_out(on=today())
    return city.client("secretary")


def page(client: Client, address: str = "/branch/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def duty(city: City, kind: str = "THEME_DAY") -> Obligation:
    return Obligation.objects.get(party_organization=city["CZ1111"], kind=kind, month=YearMonth.of(today()).first_day)


def test_what_is_due_stands_first_with_its_days_and_one_action(city: City, secretary: Client) -> None:
    said = page(secretary)
    left = (duty(city).due_on - today()).days
    assert said.index("本月待办") < said.index("近 12 个月") < said.index("全年工作") < said.index("活动计划")
    assert f"还有 {left} 天" in said
    assert re.search(rf'href="/branch/{city["CZ1111"].pk}/records/[0-9a-f-]{{36}}/\?duty={duty(city).pk}"', said)
    assert "主题党日每月相对固定一天" in said
    assert f'href="/party/{city["CZ1111"].pk}/"' in said


def test_a_month_that_can_still_be_reported_is_not_missing(city: City, secretary: Client) -> None:
    """Nothing is told of the branch twice in two ways: the strip is a line of its health sheet."""
    strip = re.findall(r'<span class="spoken">(\S+) (\S+)</span>', page(secretary))
    assert strip[-1] == (str(YearMonth.of(today())), "未到期")
    assert {word for _, word in strip[:-1]} == {"不要求"}


def test_the_street_finds_the_way_to_the_page_of_each_branch(city: City, secretary: Client) -> None:
    branch = city["CZ1111"]
    for address in (f"/health/{branch.pk}/", f"/party/{branch.pk}/"):
        assert f'href="/branch/{branch.pk}/"' in page(city.client("street"), address), address


def test_what_is_over_time_says_by_how_many_days(city: City, secretary: Client) -> None:
    Obligation.objects.filter(pk=duty(city).pk).update(due_on=today() - timedelta(days=3))
    assert "逾期 3 天" in page(secretary)
    Obligation.objects.filter(pk=duty(city).pk).update(due_on=today())
    assert "今天截止" in page(secretary)


def test_what_was_filed_is_ticked_and_leads_to_its_record(city: City, secretary: Client) -> None:
    record = file_record(city, on=today(), held_on=today())
    said = page(secretary)
    assert "✓ 已报" in said
    assert f'href="/branch/records/{record.pk}/"' in said
    assert "待审核 1 份" in said


def test_the_steps_beside_an_appraisal_are_of_the_year_that_its_meeting_appraised(city: City) -> None:
    members(city, 3)
    met = date(2026, 1, 17)
    lay_out(on=met)
    for told, year in ((None, 2026), (met, 2025)):
        if told:
            file_record(city, on=told, held_on=told, kind="APPRAISAL")
        due = duties(city["CZ1111"], city.scope("secretary"), on=date(2026, 11, 24))
        [year_of] = [one.appraised_year for one in (*due.now, *due.later, *due.older) if one.kind == "APPRAISAL"]
        assert year_of == year, "most meet from the end of a year until March"


def test_a_returned_record_stands_on_top_with_its_reason(city: City, secretary: Client) -> None:
    record = file_record(city, on=today(), held_on=today())
    reviews.send_back(by=city.user("street"), record=record, reason="缺少讲课人", at=timezone.now(), on=today())
    said = page(secretary)
    assert said.index("缺少讲课人") < said.index("本月待办")
    assert f"/records/{record.draft_key}/" in said


def test_not_held_is_said_with_a_reason_and_taken_back(city: City, secretary: Client) -> None:
    address = f"/branch/{city['CZ1111'].pk}/"
    month = str(YearMonth.of(today()))
    secretary.post(address, {"do": "not_held", "month": month, "kind": "THEME_DAY", "reason": "节假日停工"})
    assert (duty(city).state, duty(city).reason) == ("NOT_HELD", "节假日停工")
    assert duty(city, "ANY").state == "OPEN"
    assert "✕ 未开展：节假日停工" in page(secretary)
    secretary.post(address, {"do": "held", "duty": duty(city).pk})
    assert duty(city).state == "OPEN"
    refused = secretary.post(address, {"do": "not_held", "month": month, "words": " "}, follow=True)
    assert "请写明未开展的原因" in refused.content.decode()
    secretary.post(address, {"do": "not_held", "month": month, "words": "停产检修"})
    assert {duty(city, kind).reason for kind in ("ANY", "THEME_DAY")} == {"停产检修"}


def test_a_draft_is_gone_on_with_at_its_duty_and_can_be_thrown_away(city: City, secretary: Client) -> None:
    branch = city["CZ1111"]
    draft = records.save_draft(
        by=city.user("secretary"), party_organization=branch, kind="THEME_DAY",
        draft_key="6f6b1f8e-0f5c-4d55-8d3d-0c9b6f1f2a11", typed={"held_on": [today().isoformat()]}, at=timezone.now(),
    )  # fmt: skip
    said = page(secretary)
    assert f"/records/{draft.draft_key}/?duty={duty(city).pk}" in said
    secretary.post(f"/branch/{branch.pk}/", {"do": "discard", "record": draft.pk})
    assert not ActivityRecord.objects.exists()


def test_the_street_files_for_a_branch_and_is_named(city: City, secretary: Client) -> None:
    address = f"/branch/{city['CZ1111'].pk}/"
    assert "您在代这个党支部办理" in page(city.client("street"), address)
    assert "您在代" not in page(secretary, address)
    assert city.client("stranger").get(address).status_code == 404
    assert city.client("leader").get(address).status_code == 403
    assert city.client("street").get(f"/branch/{city['CZ111'].pk}/").status_code == 404


def test_whoever_serves_in_two_branches_chooses(city: City, secretary: Client) -> None:
    deputy = account("deputy", None, name="赵副书记", must_change_password=False)
    for code in ("CZ1111", "CZ1112"):
        deputy.appointments.create(role="SECRETARY", node=city[code], since=today())
    client = Client()
    client.force_login(deputy)
    said = page(client)
    assert all(f'href="/branch/{city[code].pk}/"' in said for code in ("CZ1111", "CZ1112"))


def test_the_page_takes_as_many_queries_however_much_there_is(
    city: City, secretary: Client, django_assert_max_num_queries
) -> None:
    page(secretary)  # what a process knows for good
    with django_assert_max_num_queries(QUERIES):
        page(secretary)
    members(city, 9)
    for day in range(3):
        record = file_record(city, on=today(), held_on=today() - timedelta(days=day), topic=f"学习 {day}")
        reviews.send_back(by=city.user("street"), record=record, reason="补充内容", at=timezone.now(), on=today())
    with django_assert_max_num_queries(QUERIES):
        page(secretary)
