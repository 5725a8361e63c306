"""/rounds/<pk>/results/: sums and averages agree with the paper round, by category and committee; each reader has his own; the round
before is compared with; as many queries for many; a leader reads the numbers of what is final, and no single score."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations.models import Evaluation, Round, Rubric
from evaluations.panels import at_work
from evaluations.queries.distribution import Part, by_category, by_committee, veil, wanted, whole
from orgs.models import PartyOrganization
from orgs.services.party import establish
from tests.evaluations.test_round_on_paper import PAPER, result
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import of, opened, prepared

pytestmark = pytest.mark.django_db


def test_what_came_of_the_paper_round(city: City) -> None:
    row = result(city)
    page = f"/rounds/{row.pk}/results/"
    [enterprise] = by_category(row, None, city.scope("city"))
    assert (enterprise.number, enterprise.good) == (20, sum(one.five for one in PAPER.values()))
    assert enterprise.average == (sum(Decimal(one.total) for one in PAPER.values()) / 20).quantize(Decimal("0.01"))
    assert enterprise.averages["工作机制好"] == Decimal("17.34")  # (18 × 17.65 + 16.08 + 12.94) ÷ 20
    assert enterprise.grades == Counter(one.grade for one in PAPER.values() if one.grade)
    assert enterprise.unrated == 2
    committees = by_committee(row, None, city.scope("city"))
    assert {one.name for one in committees} == set(PAPER), "below one committee the branches themselves"
    assert whole(row, None, city.scope("city")).average == enterprise.average  # type: ignore[union-attr]
    found = [(one.code, number) for one, number in wanted(row, city.scope("city"))]
    assert found[0] == ("5.1", 5)
    assert sorted(found[1:]) == [("4.1", 3), ("4.2", 2), ("5.2", 2), ("5.3", 2)]
    assert by_category(row, None, city.scope("stranger")) == []
    told = city.client("city").get(page).content.decode()
    assert "“五个好” 10 个，占 50.0%" in re.sub("<[^>]+>", "", told)
    assert "以前没有同一范围的评定" in told
    assert city.client("stranger").get(page).status_code == 404
    opened = _each_number_opens_its_list(city, page)
    assert {"result=on", "five=on", "category=ENTERPRISE", "grade=none", "lift=5.1"} <= opened
    short = of(row, city["总分够维度不够"])
    assert "补足下面 1 项就能达到“五个好”" in (
        told := city.client("city").get(f"/evaluations/{short.pk}/").content.decode()
    )
    assert "还差 8.00 分" in told
    panel = at_work(short.party_organization, city.scope("city"), TODAY)
    assert panel
    assert [(one.code, points) for one, points in panel["lifts"]] == [("5.1", "8.00")]
    _against_the_one_before(city, row)


def _each_number_opens_its_list(city: City, page: str) -> set[str]:
    """What the lists are narrowed by."""
    client = city.client("city")
    told = client.get(page).content.decode()
    links = re.findall(r'<a href="(/evaluations/\?[^"]+)">(?:<b>)?(\d+)', told)
    for address, number in links:
        found = client.get(unescape(address)).content.decode()
        listed = re.search(r"共 (\d+) 份", found)
        assert (listed.group(1) if listed else "0") == number, address
    return {word for address, _ in links for word in unescape(address).split("&")}


def _against_the_one_before(city: City, row: Round) -> None:
    later = Round.objects.create(
        name="下半年", node=row.node, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31), state="OPEN",
        self_until=date(2027, 1, 10), street_until=date(2027, 1, 20), department_until=date(2027, 1, 30),
        opened_on=date(2027, 1, 1),
    )  # fmt: skip
    page = f"/rounds/{later.pk}/results/"
    one, two = row.evaluations.filter(five_good=False).select_related("party_organization").order_by("pk")[:2]
    sums = dict.fromkeys(one.by_dimension, "18.00")
    told = {"round": later, "rubric": one.rubric, "stage": "REVIEWED", "total": 90, "grade": "四星", "five_good": True}
    Evaluation.objects.create(**told, party_organization=one.party_organization, name=one.name, by_dimension=sums)
    told_by = city.client("city").get(f"/evaluations/{later.evaluations.get().pk}/").content.decode()
    assert f"{one.total} 分" in told_by.partition("上次（")[2]
    [part] = by_committee(later, row, city.scope("city"))
    assert (part.more_good, part.rise) == (1, 90 - one.total)
    all_of_it = whole(later, row, city.scope("city"))
    assert all_of_it
    assert all_of_it.more_good == 1 - sum(one.five for one in PAPER.values()), "of all that were in the round before"
    client = city.client("city")
    client.get(page)  # what is asked once
    with CaptureQueriesContext(connection) as for_one:
        client.get(page)
    Evaluation.objects.create(**told, party_organization=two.party_organization, name=two.name, by_dimension=sums)
    with CaptureQueriesContext(connection) as for_two:
        client.get(page)
    assert len(for_two) == len(for_one)


def test_parts_are_compared_where_it_divides_now(city: City) -> None:
    """The round before reached further, so by itself it divides higher up; what is in this one no more counts in the whole of it."""
    prepared(city)
    elsewhere = establish(by=None, name="望江支部", kind="branch", parent=city["CZ121"], code="CZ1211", on=LONG_AGO)
    branches = [city["CZ1111"], city["CZ1112"], elsewhere]
    before, now = (_reviewed(city, year, branches[:number]) for year, number in ((2024, 3), (2025, 2)))
    parts = by_committee(now, before, city.scope("city"))
    assert [(one.name, one.before and one.before.number, one.rise) for one in parts] == [
        (str(branch), 1, Decimal("1.00")) for branch in branches[:2]
    ]
    all_of_it = whole(now, before, city.scope("city"))
    assert all_of_it
    assert all_of_it.before
    assert (all_of_it.before.number, all_of_it.more_good) == (3, -1)


def _reviewed(city: City, year: int, branches: list[PartyOrganization]) -> Round:
    """A round of a year in which all of them got five goods, and in each year a point more."""
    held = Round.objects.create(
        name=str(year), node=city["CZ"], first_day=date(year, 1, 1), last_day=date(year, 12, 31), state="OPEN",
        self_until=date(year + 1, 1, 10), street_until=date(year + 1, 1, 20), department_until=date(year + 1, 1, 30),
        opened_on=date(year + 1, 1, 1),
    )  # fmt: skip
    rubric = Rubric.objects.get(category="ENTERPRISE")
    told = {
        "round": held,
        "rubric": rubric,
        "stage": "REVIEWED",
        "total": year - 1934,
        "grade": "四星",
        "five_good": True,
    }
    for one in branches:
        sums = dict.fromkeys(("TEAM", "MEMBERS", "WORK", "RESULTS", "MASSES"), "18.00")
        Evaluation.objects.create(**told, party_organization=one, name=one.name, by_dimension=sums)
    return held


@pytest.mark.parametrize(
    ("numbers", "veiled"),
    [((6, 3, 3), set()), ((6, 3, 2), {3, 2}), ((9, 1, 1, 4), {1, 4}), ((9, 1, 1, 1), {1}), ((2,), {2}), ((), set())],
)
def test_no_part_is_told_of_which_a_single_score_could_be_worked_out(
    numbers: tuple[int, ...], veiled: set[int]
) -> None:
    parts = [Part(str(one), one, 1, 0, Decimal(80 * one), {"好": Decimal(16 * one)}, {"三星": one}) for one in numbers]
    found = veil(parts)
    assert [one.name for one in found] == [one.name for one in parts]
    assert {one.number for one in found if one.veiled} == veiled
    for one in found:
        told = (one.average, one.averages["好"], one.by_grade["三星"])
        assert told == ((None,) * 3 if one.veiled else (Decimal("80.00"), Decimal("16.00"), one.number))


def test_no_single_score_of_the_round_before_is_told_by_the_change_since() -> None:
    def part(number: int, points: int, before: Part | None = None) -> Part:
        return Part("", number, 1, 0, Decimal(points * number), {}, {}, before)

    [few], [many] = veil([part(9, 80, part(2, 75))]), veil([part(9, 80, part(3, 75))])
    assert [(one.more_good, one.rise) for one in (few, many)] == [(0, None), (0, Decimal("5.00"))]


def test_a_leader_reads_the_numbers_of_what_is_final_and_no_single_score(city: City) -> None:
    row = result(city)
    later = _reviewed(city, 2027, [city["CZ1111"]])
    page, leader = f"/rounds/{row.pk}/results/", city.client("leader")
    assert leader.get(f"/rounds/{later.pk}/results/").status_code == 404, "not final yet"
    assert re.findall(r"/rounds/\d+/[a-z/]*", leader.get("/rounds/").content.decode()) == [page]
    told = leader.get(page).content.decode()
    scores = sorted(Evaluation.objects.filter(round=row).values_list("total", flat=True))
    average = (sum(scores) / 20).quantize(Decimal("0.01"))
    assert f"“五个好” 10 个，占 50.0%，平均 {average} 分" in re.sub("<[^>]+>", "", told)
    assert "/evaluations/" not in told
    rows = [re.findall("<td[^>]*>(.*?)</td>", one, re.S) for one in re.findall("<tr>(.*?)</tr>", told, re.S)]
    single = [one for one in rows if one and one[0] in PAPER]
    assert len(single) == 2 * 20, "below one committee the branches themselves, in the table of points and of grades"
    assert {cell.strip() for one in single for cell in one[4:]} == {"—"}
    assert [
        leader.get(f"/{there}/").status_code for there in (f"rounds/{row.pk}", f"rounds/{row.pk}/names", "evaluations")
    ] == [403] * 3


def test_committees_and_categories_that_cross_tell_a_leader_no_single_score(city: City) -> None:
    told = city.client("leader").get(f"/rounds/{result(city).pk}/results/").content.decode()
    [table] = re.findall("<h2>按类别</h2>.*?</table>", told, re.S)
    rows = [re.findall("<td[^>]*>(.*?)</td>", one, re.S) for one in re.findall("<tr>(.*?)</tr>", table, re.S)]
    rows = [one for one in rows if one]
    assert sum(int(re.sub("<[^>]+>", "", one[1])) for one in rows) == 20
    assert {cell.strip() for one in rows for cell in one[5:]} == {"—"}


def test_of_members_a_leader_reads_no_grade(city: City) -> None:
    city.member()
    row = opened(city, subject="MEMBER")
    row.evaluations.update(stage="REVIEWED", total=91, grade="优秀", by_dimension={}, lifts=[["M2.1", "1"]])
    days = {"notice_on": TODAY, "notice_until": date(2026, 12, 1), "final_on": date(2026, 12, 9)}
    Round.objects.filter(pk=row.pk).update(state="FINAL", final_by=city.user("city"), **days)
    told = city.client("leader").get(f"/rounds/{row.pk}/results/").content.decode()
    assert "已审定 1 名党员，“五个好” 0 名，占 0.0%。" in re.sub("<[^>]+>", "", told)
    assert not [
        word for word in ("优秀", "91", "岗位考核", *row.evaluations.values_list("name", flat=True)) if word in told
    ]
    told = city.client("city").get(f"/rounds/{row.pk}/results/").content.decode()
    assert [word for word in ("优秀", "91.00", "岗位考核") if word in told] == ["优秀", "91.00", "岗位考核"]


def test_a_leader_who_is_secretary_too_reads_how_many_of_the_whole(city: City) -> None:
    row = result(city)
    own = row.evaluations.order_by("pk")[0].party_organization
    city.user("leader").appointments.create(role="SECRETARY", node=own, since=LONG_AGO)
    told = city.client("leader").get(f"/rounds/{row.pk}/results/").content.decode()
    said = re.sub("<[^>]+>", "", told)
    assert "“五个好” 10 个，占 50.0%。" in said, "with the average, his own score would tell what the others add up to"
    assert "本人能查看其中一些的得分" in said
    assert "/evaluations/?" not in told
