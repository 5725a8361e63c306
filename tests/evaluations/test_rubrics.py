"""评分办法: the default ones, a copy, its changes, and that nothing changes what is published, not even past the product."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.migrations._frozen_when import REFUSAL
from core.models import AuditEntry
from core.refusals import Refusal
from evaluations.choices import Category
from evaluations.criteria.registry import criteria
from evaluations.models import Rubric, RubricCriterion
from evaluations.queries.rubrics import against_publishing, blocks_of, categories_of, items_of
from evaluations.services import rubrics
from evaluations.services.rubrics import Wanted
from orgs.models import PartyOrganization
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db


def default(city: City, category: str = "ENTERPRISE") -> Rubric:
    rubrics.set_up(by=city.user("city"), on=TODAY)
    return Rubric.objects.get(category=category)


def draft(city: City, category: str = "ENTERPRISE") -> Rubric:
    return rubrics.copy(by=city.user("city"), rubric=default(city, category), on=TODAY)


def edit(city: City, rubric: Rubric, values: dict[str, Any] | None = None, **wanted: Wanted) -> Rubric:
    """`wanted` by codes with an underscore."""
    told = {code.replace("_", "."): one for code, one in wanted.items()}
    return rubrics.edit(by=city.user("city"), rubric=rubric, values=values or {}, wanted=told, on=TODAY)


def said(rubric: Rubric) -> dict[str, D]:
    return dict(rubric.criteria.values_list("code", "points"))


def test_the_default_ones_are_published_once_for_each_category(city: City) -> None:
    made = rubrics.set_up(by=city.user("city"), on=TODAY)
    assert [(one.category, one.edition, one.published_on) for one in made] == [(one, 1, TODAY) for one in Category]
    for one in made:
        assert [block.points for block in blocks_of(one, items_of(one))] == [20] * 5
        assert against_publishing(one) == []
    assert {"1.3", "4.6", "3.6"}.isdisjoint(said(made[2])), "a joint branch has no 双向进入"
    assert {"4.6", "4.7", "5.5"} <= said(made[1]).keys()
    assert {"4.1", "4.3", "5.3"}.isdisjoint(said(made[1])), "服务事业发展 in place of 生产经营"
    with pytest.raises(Refusal, match="都已有"):
        rubrics.set_up(by=city.user("city"), on=TODAY)


def test_a_copy_is_a_draft_of_the_next_version_that_says_the_same(city: City) -> None:
    first = default(city)
    made = rubrics.copy(by=city.user("city"), rubric=first, on=TODAY)
    assert (made.edition, made.copied_from, made.draft, made.since) == (2, first, True, TODAY)
    assert said(made) == said(first)
    with pytest.raises(Refusal, match="可以直接修改"):
        rubrics.copy(by=city.user("city"), rubric=made, on=TODAY)
    assert rubrics.copy(by=city.user("city"), rubric=first, on=TODAY).edition == 3


def test_a_draft_is_changed_and_then_published(city: City) -> None:
    made = draft(city)
    numbers = {"full": "90", "none": "50"}
    edit(
        city, made, {"five_total": D(80), "bands": ["50", "60", "70", "80", "90"]},
        **{"1_3": Wanted(D(0)), "1_4": Wanted(D(8), criteria["1.4"].formula.numbers(), asks=" 会议纪要 "),
           "2_2": Wanted(D(5), numbers, judged=True), "3_6": Wanted(D(2)), "3_5": Wanted(D(0))},
    )  # fmt: skip
    assert against_publishing(made) == []
    items = {item.row.code: item for item in items_of(made)}
    assert {"1.3", "3.5"}.isdisjoint(items)
    assert (items["1.4"].asks, items["2.2"].auto, items["3.6"].row.dimension) == ("会议纪要", False, "WORK")
    assert items["2.2"].words == "达到 90% 得 5 分，50% 以下不得分，其间按比例"
    entries = AuditEntry.objects.filter(action="evaluations.rubric_edit")
    assert {entry.model for entry in entries} == {"evaluations.rubric", "evaluations.rubriccriterion"}
    before = entries.count()
    edit(city, made, {"five_total": D(80)}, **{"1_4": Wanted(D(8), criteria["1.4"].formula.numbers(), asks="会议纪要")})
    assert entries.count() == before, "the same again is no change"
    rubrics.publish(by=city.user("city"), rubric=made, on=TODAY)
    made.refresh_from_db()
    assert (made.published_on, made.published_by) == (TODAY, city.user("city"))


@pytest.mark.parametrize(
    ("values", "wanted", "why"),
    [
        ({}, {"1_1": Wanted(D(4))}, "各项分值合计 99 分，应为 100 分"),
        ({}, {"1_1": Wanted(D("5.01"))}, "各项分值合计 100.01 分"),
        ({"five_dimension": D("20.01")}, {}, "领导班子好共 20 分，低于每个维度的最低分 20.01 分"),
        (
            {},
            {code.replace(".", "_"): Wanted(D(0)) for code in criteria.codes() if code.startswith("5")},
            "群众反映好没有评分项",
        ),
    ],
)
def test_what_does_not_add_up_is_not_published(
    city: City, values: dict[str, Any], wanted: dict[str, Wanted], why: str
) -> None:
    made = edit(city, draft(city), values, **wanted)
    with pytest.raises(Refusal, match=why):
        rubrics.publish(by=city.user("city"), rubric=made, on=TODAY)
    assert Rubric.objects.get(pk=made.pk).draft


@pytest.mark.parametrize(
    ("values", "wanted", "why"),
    [
        ({"bands": ["60", "60", "80", "90", "95"]}, {}, "从低到高"),
        ({"bands": ["60", "70"]}, {}, "从低到高"),
        ({"bands": ["0", "70", "80", "90", "95"]}, {}, "大于 0"),
        ({"bands": ["60", "70", "80", "90", "101"]}, {}, "不超过 100"),
        ({}, {"M1_1": Wanted(D(5))}, "不是企业党支部的评分项"),
        ({}, {"1_3": Wanted(D(4), judged=True)}, "本来就由评定人评分"),
        ({}, {"1_1": Wanted(D(101))}, "在 0 至 100 之间"),
        ({}, {"2_2": Wanted(D(5), {"full": "60", "none": "60"})}, "2.2 组织生活出勤”：得满分的百分比须大于"),
    ],
)
def test_what_contradicts_itself_is_not_kept(
    city: City, values: dict[str, Any], wanted: dict[str, Wanted], why: str
) -> None:
    made = draft(city)
    before = said(made)
    with pytest.raises(Refusal, match=why):
        edit(city, made, values, **wanted)
    assert said(made) == before


def test_a_draft_may_be_taken_away(city: City) -> None:
    made = draft(city)
    rubrics.discard(by=city.user("city"), rubric=made, on=TODAY)
    assert not Rubric.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize("act", ["edit", "publish", "discard"])
def test_what_is_published_takes_nothing_any_more(city: City, act: str) -> None:
    first = default(city)
    more: dict[str, Any] = {"values": {"name": "改"}, "wanted": {}} if act == "edit" else {}
    with pytest.raises(Refusal, match="已于 2026-11-24 发布，不能再修改；需要调整的，复制为新版本"):
        getattr(rubrics, act)(by=city.user("city"), rubric=first, on=TODAY, **more)


def test_the_database_refuses_to_change_what_is_published(city: City) -> None:
    made = draft(city)
    first = Rubric.objects.get(category="ENTERPRISE", edition=1)
    row, own = first.criteria.get(code="1.1"), made.criteria.get(code="1.1")
    for forbidden in (
        lambda: Rubric.objects.filter(pk=first.pk).update(name="改"),
        lambda: Rubric.objects.filter(pk=first.pk).update(published_on=None),
        lambda: Rubric.objects.filter(pk=first.pk)._raw_delete("default"),
        lambda: RubricCriterion.objects.filter(pk=row.pk).update(points=1),
        lambda: RubricCriterion.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda: RubricCriterion.objects.filter(pk=own.pk).update(rubric=first, code="9.9"),
        lambda: RubricCriterion.objects.create(rubric=first, code="3.6", dimension="WORK", points=1),
    ):
        with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
            forbidden()
    RubricCriterion.objects.filter(pk=own.pk).update(points=1)
    Rubric.objects.filter(pk=made.pk).update(name="草稿")


def test_the_newest_that_has_begun_is_in_force(city: City) -> None:
    first = default(city)
    made = rubrics.copy(by=city.user("city"), rubric=first, on=TODAY)
    edit(city, made, {"since": date(2027, 1, 1)})
    assert first in Rubric.objects.in_force(date(2027, 1, 1)), "a draft holds nothing"
    rubrics.publish(by=city.user("city"), rubric=made, on=TODAY)
    assert [*Rubric.objects.in_force(TODAY).filter(category="ENTERPRISE")] == [first]
    assert [*Rubric.objects.in_force(date(2027, 1, 1)).filter(category="ENTERPRISE")] == [made]
    assert Rubric.objects.in_force(TODAY).count() == len(Category)
    assert not Rubric.objects.in_force(date(2025, 12, 31)).exists()


def test_a_branch_is_evaluated_by_what_it_is(city: City) -> None:
    rows = PartyOrganization.objects.filter(code__startswith="CZ111", kind__contains="branch")
    one, joint = city["CZ1111"].pk, city["CZ1112"].pk
    assert categories_of(rows, on=TODAY) == {one: Category.ENTERPRISE, joint: Category.JOINT}
    city.cover(city.organization(category="SO2"), "CZ1111")
    city.cover(city.organization(category="SO2"), "CZ1112")
    assert categories_of(rows, on=TODAY) == {one: Category.SOCIAL, joint: Category.JOINT}


@pytest.mark.parametrize(
    ("username", "may"), [("city", True), ("district", False), ("street", False), ("secretary", False)]
)
def test_the_city_alone_makes_rubrics_and_all_read_them(city: City, username: str, may: bool) -> None:
    first, scope = default(city), city.scope(username)
    assert first in Rubric.objects.within(scope)
    assert (first in Rubric.objects.changeable(scope)) == may
