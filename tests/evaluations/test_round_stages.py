"""A round from its opening to its final result: who takes which stage, in which order, with which reason, and what follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.migrations._frozen_when import REFUSAL
from core.models import AuditEntry
from core.refusals import Refusal
from evaluations.models import Evaluation, Evidence, Extra, Objection, Round, Rubric, Score
from evaluations.queries.results import differences, sheets_of
from evaluations.rules.rounds import Given
from evaluations.services import rounds, stages
from members.models import Member
from orgs.services.appointments import issue_code
from orgs.services.party import establish
from tests.people import LONG_AGO, TODAY, City
from tests.rounds import UNTIL, given, of, opened, prepared, reviewed, scores, take

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


def test_a_round_takes_in_every_branch_with_its_facts_and_what_follows(city: City) -> None:
    city.cover(city.organization("明川电子"), "CZ1111")
    for name in ("甲", "乙"):
        city.member(name)
    row = opened(city)
    assert row.state == "OPEN"
    one = of(row, city["CZ1111"])
    assert (one.name, one.unit, one.rubric.category) == ("中共澄州明川电子有限公司支部委员会", "明川电子", "ENTERPRISE")
    assert of(row, city["CZ1112"]).rubric.category == "JOINT"
    found = scores(one)
    assert len(found) == one.rubric.criteria.count()
    assert found["1.1"].fact["unknown"] == "还没有登记班子职务和任期"
    assert found["2.1"].auto is not None
    assert [text for text, *_ in found["2.1"].fact["records"]] != []
    assert found["2.1"].fact["text"].startswith("2 名党员应填")


def test_members_on_the_roll_are_taken_in_by_their_own_rubric(city: City) -> None:
    one = city.member("甲")
    city.member("去世", status="DECEASED")
    [found] = opened(city, subject="MEMBER").evaluations.all()
    assert (found.name, found.unit, found.member) == ("甲", city["CZ1111"].name, one)
    assert scores(found)["M1.1"].auto == 0
    assert "学时" in scores(found)["M1.1"].fact["text"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"first_day": date(2026, 2, 1)}, "整年"),
        ({"last_day": date(2026, 6, 29)}, "整年"),
        ({"self_until": date(2026, 12, 7)}, "依次向后"),
        ({"first_day": date(2026, 7, 1), "last_day": date(2026, 12, 31)}, "依次向后"),
    ],
)
def test_a_round_is_of_a_year_or_a_half_and_its_stages_follow_each_other(
    city: City, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Exception, match=sentence):
        prepared(city, **values)


def test_a_round_begins_once_its_time_is_over(city: City) -> None:
    told = {"self_until": date(2027, 1, 10), "street_until": date(2027, 1, 20), "department_until": date(2027, 1, 31)}
    row = prepared(city, first_day=date(2026, 7, 1), last_day=date(2026, 12, 31), **told)
    with pytest.raises(Refusal, match="结束以后才能开始"):
        rounds.open_(by=city.user("city"), row=row, on=date(2026, 12, 31))
    assert rounds.open_(by=city.user("city"), row=row, on=date(2027, 1, 1)) == 2


def test_a_round_does_not_begin_after_its_branches_should_have_scored(city: City) -> None:
    """Else one person alone could decide all of it on its first day."""
    row = prepared(city)
    with pytest.raises(Refusal, match="自评截止日期 2026-11-30 已过"):
        rounds.open_(by=city.user("city"), row=row, on=DECEMBER)
    assert rounds.open_(by=city.user("city"), row=row, on=UNTIL["self_until"]) == 2


def test_nobody_is_in_two_rounds_of_the_same_time(city: City) -> None:
    prepared(city, by="district", node="CZ11")
    for by, node in (("city", "CZ"), ("district", "CZ111")):
        with pytest.raises(Refusal, match="不重复评定"):
            prepared(city, by=by, node=node)
    prepared(city, by="stranger", node="CZ12")
    prepared(city, subject="MEMBER")


def test_deadlines_move_back_and_nothing_else_once_it_is_open(city: City) -> None:
    row = opened(city)
    told: dict[str, Any] = {"by": city.user("city"), "row": row, "on": TODAY}
    rounds.edit(**told, values={"department_until": date(2026, 12, 31)})
    for values, sentence in (({"name": "别的"}, "不能再改名称"), ({"self_until": date(2026, 11, 29)}, "只能推迟")):
        with pytest.raises(Refusal, match=sentence):
            rounds.edit(**told, values=values)
    with pytest.raises(Refusal, match="评定中"):
        rounds.discard(by=city.user("city"), row=row, on=TODAY)


def test_the_stages_follow_each_other_and_what_differs_has_a_reason(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    take(city, one, "SELF")
    with pytest.raises(Refusal, match="已经办过"):
        take(city, one, "SELF")
    with pytest.raises(Refusal, match="还在等待街道复核"):
        take(city, one, "DEPARTMENT")
    with pytest.raises(Refusal, match=r"与上一步的 4 分不同，请写明理由"):
        take(city, one, "STREET", c1_3="3.5")
    take(city, one, "STREET", c1_3="3.5", text="没有参与决策的记录")
    with pytest.raises(Refusal, match=r"与上一步的 3\.5 分不同"):
        take(city, one, "DEPARTMENT")
    take(city, one, "DEPARTMENT", c1_3="3.5")
    found = scores(one)["1.3"]
    assert (found.self_points, found.street_points, found.department_points, found.final) == (
        4,
        D("3.5"),
        D("3.5"),
        D("3.5"),
    )
    one.refresh_from_db()
    assert (one.self_total or 0) - (one.street_total or 0) == D("0.50")
    assert (one.stage, one.self_by, one.street_by, one.department_by) == (
        "REVIEWED", city.user("secretary"), city.user("street"), city.user("district"),
    )  # fmt: skip
    assert one.total == one.department_total == one.street_total


@pytest.mark.parametrize(
    ("points", "sentence"), [("4.01", "0 至 4"), ("-1", "0 至 4"), ("1.005", "两位小数"), (None, "还没有评分")]
)
def test_points_lie_between_nothing_and_all(city: City, points: str | None, sentence: str) -> None:
    one = of(opened(city), city["CZ1111"])
    typed = given(one) | {scores(one)["1.3"].pk: Given(D(points) if points else None)}
    with pytest.raises(Refusal, match=sentence):
        stages.take(by=city.user("secretary"), evaluation=one, stage="SELF", given=typed, on=TODAY)


def test_nobody_gives_what_follows_from_a_fact(city: City) -> None:
    city.member()
    one = of(opened(city), city["CZ1111"])
    typed = given(one) | {scores(one)["2.1"].pk: Given(D(4))}
    with pytest.raises(Refusal, match="自动计分"):
        stages.take(by=city.user("secretary"), evaluation=one, stage="SELF", given=typed, on=TODAY)


def test_what_is_saved_is_not_handed_in(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    key = scores(one)["1.3"].pk
    stages.keep(by=city.user("secretary"), evaluation=one, given={key: Given(D(2), "在写")}, on=TODAY)
    one.refresh_from_db()
    assert (one.stage, scores(one)["1.3"].self_points, scores(one)["1.3"].self_text) == ("SELF", 2, "在写")


def test_who_is_late_is_waited_for_no_longer(city: City) -> None:
    row = opened(city)
    one = of(row, city["CZ1112"])
    with pytest.raises(Refusal, match="还在等待自评"):
        take(city, one, "STREET", on=UNTIL["self_until"])
    assert Evaluation.objects.late(UNTIL["self_until"]).count() == 0
    assert Evaluation.objects.late(DECEMBER).count() == row.evaluations.count()
    take(city, one, "STREET", on=DECEMBER)
    one.refresh_from_db()
    assert (one.self_by, one.stage) == (None, "DEPARTMENT")
    with pytest.raises(Refusal, match="已经办过"):
        take(city, one, "SELF", on=DECEMBER)


@pytest.mark.parametrize("stage", ["SELF", "STREET", "DEPARTMENT"])
def test_each_role_takes_its_own_stage_alone(city: City, stage: str) -> None:
    one = of(opened(city), city["CZ1111"])
    allowed = {"SELF": {"secretary"}, "STREET": {"street", "district", "city"}, "DEPARTMENT": {"district", "city"}}
    on = {"SELF": TODAY, "STREET": DECEMBER, "DEPARTMENT": date(2026, 12, 8)}[stage]
    told: dict[str, Any] = {"evaluation": one, "stage": stage, "on": on}
    may = {name for name in city.people if not stages.why_not(by=city.user(name), **told)}
    assert may == allowed[stage]


def test_nobody_reviews_what_he_gave_nor_a_branch_where_he_serves(city: City) -> None:
    one = of(opened(city), city["CZ1111"])
    take(city, one, "SELF")
    take(city, one, "STREET", who="district")
    with pytest.raises(Refusal, match="街道复核的是您本人"):
        take(city, one, "DEPARTMENT", who="district")
    city.user("city").appointments.create(role="SECRETARY", node=city["CZ1111"], since=LONG_AGO)
    with pytest.raises(Refusal, match="任职或曾经任职"):
        take(city, one, "DEPARTMENT", who="city")


def test_whoever_could_have_signed_in_as_the_secretary_does_not_review(city: City) -> None:
    one, now = of(opened(city), city["CZ1111"]), timezone.localdate()
    scope = city.scope("street")
    issue_code(user=city.user("secretary"), by=city.user("street"), scope=scope, reason="遗忘", on=TODAY)
    take(city, one, "SELF", on=now)
    with pytest.raises(Refusal, match="为钱书记重置口令的是您本人"):
        take(city, one, "STREET", on=now)
    take(city, one, "STREET", who="district", on=now)


def test_many_are_confirmed_as_the_street_gave_them(city: City) -> None:
    row = opened(city)
    one, other = of(row, city["CZ1111"]), of(row, city["CZ1112"])
    take(city, one, "SELF")
    take(city, one, "STREET")
    keys = [one.pk, other.pk]
    done, stay = stages.confirm_many(by=city.user("district"), evaluations=keys, on=TODAY)
    assert ([row.pk for row in done], [row.pk for row, _ in stay]) == ([one.pk], [other.pk])
    one.refresh_from_db()
    assert one.total == one.street_total
    assert [*differences(row.evaluations.all())] == []
    entries = AuditEntry.objects.filter(action=stages.DEPARTMENT)
    assert [(entry.label, entry.path, {"total", "stage", "final_on"} & entry.changes.keys()) for entry in entries] == [
        (str(one), city["CZ1111"].path, {"total", "stage"})
    ]


def test_many_are_confirmed_in_as_many_queries_as_one(city: City) -> None:
    row = opened(city)
    both = [of(row, city["CZ1111"]), of(row, city["CZ1112"])]
    Score.objects.filter(auto=None, excluded="").update(self_points=1, street_points=1)
    Evaluation.objects.update(stage="DEPARTMENT")
    asked = []
    for chosen in (both[:1], both):
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            done, _ = stages.confirm_many(by=city.user("district"), evaluations=[one.pk for one in chosen], on=TODAY)
            transaction.set_rollback(True)
        assert len(done) == len(chosen)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_result_is_public_then_final_and_then_stays(city: City) -> None:
    city.member("甲")
    row = opened(city)
    told: dict[str, Any] = {"by": city.user("city"), "row": row}
    with pytest.raises(Refusal, match="没有审定"):
        rounds.publish(**told, on=DECEMBER)
    reviewed(city, row)
    published = rounds.publish(**told, on=DECEMBER)
    assert published.notice_until == date(2026, 12, 8), "five working days"
    with pytest.raises(Refusal, match="公示到 2026-12-08"):
        rounds.finalise(**told, on=date(2026, 12, 8))
    rounds.finalise(**told, on=date(2026, 12, 9))
    before = list(Score.objects.order_by("pk").values()), list(Evaluation.objects.order_by("pk").values())
    Member.objects.update(name="改了", sex="1")
    assert [*differences(Evaluation.objects.all())] == []
    assert before == (list(Score.objects.order_by("pk").values()), list(Evaluation.objects.order_by("pk").values()))
    one = of(row, city["CZ1111"])
    for act in (
        lambda: Round.objects.update(name="改"),
        lambda: Evaluation.objects.update(total=1),
        lambda: Score.objects.update(final=1),
        lambda: Score.objects.all().delete(),
        lambda: Extra.objects.create(evaluation=one, kind="VETO", code="X", what="改", text="改", added_on=TODAY),
        lambda: Objection.objects.create(evaluation=one, text="改", raised_by="甲", received_on=TODAY),
        lambda: Evidence.objects.create(
            score=one.scores.first(), name="a", size=1, sha256="0", added_at="2026-12-09T00:00Z"
        ),
    ):
        with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
            act()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("model", [Round, Rubric, AuditEntry])
def test_what_stays_is_not_replaced_either(city: City, model: Any) -> None:
    """REPLACE deletes what stands in its way, and asks the triggers only where the connection says so. PostgreSQL has none."""
    row = opened(city)
    days = {"notice_on": TODAY, "notice_until": DECEMBER, "final_on": date(2026, 12, 2)}
    Round.objects.filter(pk=row.pk).update(state="FINAL", final_by=city.user("city"), **days)
    table = model._meta.db_table
    with (
        pytest.raises(DatabaseError, match=r"stays|only grows|syntax error"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")


def test_what_was_tampered_with_is_found_before_the_end(city: City) -> None:
    row = opened(city)
    reviewed(city, row)
    rounds.publish(by=city.user("city"), row=row, on=DECEMBER)
    Score.objects.filter(criterion__code="1.3").update(final=D("0.50"))
    Evaluation.objects.filter(party_organization=city["CZ1112"]).update(five_good=True, grade="五星")
    assert [*differences(row.evaluations.all())] == [
        "中共澄州明川电子有限公司支部委员会 1.3", "中共云台街道楼宇联合支部委员会 总分和结果",
    ]  # fmt: skip
    with pytest.raises(Refusal, match="共 2 处"):
        rounds.finalise(by=city.user("city"), row=row, on=date(2026, 12, 9))


def test_as_many_queries_for_many_branches_as_for_few(city: City) -> None:
    with CaptureQueriesContext(connection) as few, transaction.atomic():
        opened(city)
    with CaptureQueriesContext(connection) as worked:
        [*sheets_of(Evaluation.objects.all())]
    with transaction.atomic():
        Score.objects.all().delete()
        Extra.objects.all().delete()
        Evaluation.objects.all().delete()
        Round.objects.all().delete()
    for place in range(8):
        city.nodes[f"N{place}"] = establish(
            by=None, name=f"第{place}支部", kind="branch", parent=city["CZ111"], code=f"N{place}", on=LONG_AGO
        )
    row = prepared(city)
    with CaptureQueriesContext(connection) as many, transaction.atomic():
        rounds.open_(by=city.user("city"), row=row, on=TODAY)
    assert row.evaluations.count() == 10
    assert len(many) <= len(few)
    with CaptureQueriesContext(connection) as again:
        [*sheets_of(Evaluation.objects.all())]
    assert len(again) == len(worked) == 5
