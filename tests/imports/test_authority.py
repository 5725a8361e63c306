"""Which list is believed about what, and what becomes of a value that is not (rules §11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.importing import services
from core.models import ImportBatch
from orgs.models import FormerManagement, Headcount, Organization
from orgs.services import organizations
from tests.lists import counts, credit_code, firm
from tests.people import TODAY

TAX = ("纳税人名称", "纳税人识别号", "登记注册类型", "从业人数")
SURVEY = ("企业名称", "统一社会信用代码", "职工人数", "党员数", "是否建立党组织")
EARLIER, LATER = TODAY - timedelta(days=30), TODAY


def taxed(number: int, **cells):
    return {"纳税人名称": f"澄州第{number}有限公司", "纳税人识别号": credit_code(number), "从业人数": 60} | cells


def surveyed(number: int, **cells):
    return {"企业名称": f"澄州第{number}有限公司", "统一社会信用代码": credit_code(number)} | cells


def the_one() -> Organization:
    return Organization.objects.get()


def test_another_source_s_name_is_a_conflict_with_both_values(road):
    road.send([firm(1)])
    batch = road.send([taxed(1, 纳税人名称="别的名称")], "tax", columns=TAX)
    assert batch.counts == counts(rows=1, unchanged=1, conflicts=1)
    assert batch.rows.get().conflicts == {"name": ["澄州第1有限公司", "别的名称"]}
    assert the_one().name == "澄州第1有限公司"


def test_the_same_type_in_other_words_is_no_conflict(road):
    road.send([firm(1)])
    assert road.send([taxed(1, 登记注册类型=173)], "tax", columns=TAX).counts == counts(rows=1, unchanged=1)


def test_a_source_that_is_no_authority_fills_blanks_only_and_may_correct_itself(road):
    road.send([taxed(1)], "tax", columns=TAX)
    batch = road.send([taxed(1, 登记注册类型=173, 纳税人名称="新名称")], "tax", columns=TAX)
    assert (batch.counts["changed"], batch.counts["conflicts"]) == (1, 0)
    assert (the_one().name, the_one().company_type) == ("新名称", "1130")


def test_the_registrar_overrules_whoever_wrote_first(road):
    road.send([taxed(1, 纳税人名称="旧名")], "tax", columns=TAX)
    assert road.send([firm(1)]).counts["changed"] == 1
    assert the_one().name == "澄州第1有限公司"
    written = the_one().sources
    assert "name" in written[str(ImportBatch.objects.get(source="market").pk)]
    assert "name" not in written[str(ImportBatch.objects.get(source="tax").pk)]


def test_a_register_is_no_authority_for_organizations_of_another_register(road):
    road.send([firm(1)])
    batch = road.send([firm(1, 企业名称="民政登记的名称")], "civil")
    assert batch.counts == counts(rows=1, unchanged=1, conflicts=1)


@pytest.mark.parametrize(
    ("first", "second", "staff", "outcome"),
    [
        (("market", TODAY), ("tax", TODAY), 70, "changed"),
        (("tax", TODAY), ("market", TODAY), 60, "conflicts"),
        (("tax", EARLIER), ("market", LATER), 70, "changed"),
        (("market", LATER), ("tax", EARLIER), 60, "unchanged"),
    ],
    ids=["of one day tax before registrar", "of one day not registrar before tax", "newest date", "older list"],
)
def test_the_newest_staff_counts_and_of_one_day_the_better_source(road, first, second, staff, outcome):
    rows = {
        "market": lambda n: ([firm(1, 从业人数=n)], "market", {}),
        "tax": lambda n: ([taxed(1, 从业人数=n)], "tax", {"columns": TAX}),
    }
    for (source, as_of), number in ((first, 60), (second, 70)):
        row, code, options = rows[source](number)
        batch = road.send(row, code, as_of=as_of, **options)
    assert the_one().staff == staff
    assert batch.counts[outcome] == 1


def test_a_surveyed_count_stands_for_twelve_months_against_other_sources(road):
    road.send([firm(1)], as_of=TODAY - timedelta(days=400))
    road.send([surveyed(1, 职工人数=80)], "survey", columns=SURVEY, as_of=TODAY - timedelta(days=360))
    assert road.send([firm(1, 从业人数=90)]).counts == counts(rows=1, unchanged=1, conflicts=1)
    assert the_one().staff == 80


def test_a_surveyed_count_is_outdated_after_twelve_months(road):
    road.send([surveyed(1, 职工人数=80)], "survey", columns=SURVEY, as_of=TODAY - timedelta(days=370))
    road.send([firm(1, 从业人数=90)])
    assert the_one().staff == 90


def test_a_count_by_hand_makes_a_conflict(road, city):
    road.send([firm(1)], as_of=EARLIER)
    organizations.count_headcount(
        by=city.user("city"), organization=the_one(), kind="staff", number=75, counted_on=EARLIER, on=TODAY
    )
    assert road.send([firm(1, 从业人数=90)]).counts["conflicts"] == 1
    assert the_one().staff == 75


def test_every_count_taken_is_kept_with_its_date_and_source(road):
    road.send([firm(1, 从业人数=60)], as_of=EARLIER)
    road.send([firm(1, 从业人数=70)])
    kept = Headcount.objects.order_by("counted_on").values_list("number", "counted_on", "source")
    assert list(kept) == [(60, EARLIER, "market"), (70, TODAY, "market")]


def test_what_the_survey_says_of_party_work_is_a_claim_with_its_date(road):
    road.send([firm(1)])
    row = surveyed(1, 党员数=5, 是否建立党组织="是")
    assert road.send([row], "survey", columns=SURVEY).counts["changed"] == 1
    unit = the_one()
    assert (unit.survey_members, unit.survey_has_party_organization, unit.survey_on) == (5, True, TODAY)
    assert not unit.coverages.exists()


def test_an_older_survey_does_not_overwrite_a_newer_one(road):
    road.send([surveyed(1, 党员数=5)], "survey", columns=SURVEY)
    road.send([surveyed(1, 党员数=3)], "survey", columns=SURVEY, as_of=EARLIER)
    assert the_one().survey_members == 5


def test_a_category_decided_by_hand_is_never_overwritten(road):
    road.send([firm(1, 企业类型="", 控股情况="")])
    Organization.objects.update(category="E5", category_note="核对章程")
    road.send([firm(1)])
    assert the_one().category == "E5"


def test_a_committee_assigned_by_hand_is_never_overwritten(road, city):
    road.send([firm(1)])
    Organization.objects.update(managed_by=city["CZ112"], managed_basis="BY_HAND")
    road.send([firm(1, 所属街道="望江街道")])
    assert the_one().managed_by == city["CZ112"]


def test_a_move_to_another_street_hands_the_organization_over_and_keeps_its_past(road, city):
    road.send([firm(1)], as_of=EARLIER)
    road.send([firm(1, 所属街道="溪口街道")])
    unit = the_one()
    assert (unit.managed_by, unit.managed_since) == (city["CZ112"], TODAY)
    past = unit.former_managements.get()
    assert (past.committee, past.since, past.until) == (city["CZ111"], EARLIER, TODAY)


def test_undoing_moves_forgets_their_past_in_as_many_queries_for_many_as_for_one(road, city):
    asked = []
    for numbers in (range(1, 2), range(2, 42)):
        road.send([firm(number) for number in numbers], as_of=EARLIER)
        batch = road.send([firm(number, 所属街道="溪口街道") for number in numbers])
        assert FormerManagement.objects.count() == len(numbers)
        with CaptureQueriesContext(connection) as queries:
            services.undo(batch, by=city.user("city"))
        asked.append(len(queries))
        assert not FormerManagement.objects.exists()
        assert not Organization.objects.exclude(managed_by=city["CZ111"]).exists()
    assert asked[1] <= asked[0]


def test_a_late_code_goes_to_the_record_known_by_its_old_number(road):
    numbered = {"注册号": "990102200000001", "登记机关": "云溪区市场监督管理局"}
    road.send([firm(1, 统一社会信用代码="", **numbered)])
    batch = road.send([firm(1, **numbered)])
    assert batch.counts == counts(rows=1, changed=1)
    assert the_one().credit_code == credit_code(1)


def test_an_old_number_of_another_registrar_is_another_organization(road):
    for registrar in ("云溪区市场监督管理局", "临江区市场监督管理局"):
        road.send([firm(1, 统一社会信用代码="", 注册号="1", 登记机关=registrar)])
    assert Organization.objects.count() == 2


def test_undo_restores_what_it_changed_and_leaves_what_was_edited_since(road, city):
    road.send([firm(1, 法定代表人="赵一", 住所="旧址")], as_of=EARLIER)
    batch = road.send([firm(1, 法定代表人="钱二", 住所="新址", 从业人数=99)])
    organizations.change(
        by=city.user("city"),
        organization=the_one(),
        values={"address": "手改的地址"},
        version=the_one().version,
        on=TODAY,
    )
    undone = services.undo(batch, by=city.user("city"))
    unit = the_one()
    assert (unit.legal_representative, unit.address, unit.staff, unit.staff_on) == ("赵一", "手改的地址", 60, EARLIER)
    assert [left.columns for left in undone.left] == [("address",)]
    assert list(Headcount.objects.values_list("number", flat=True)) == [60]


def test_undo_deletes_what_it_added_unless_it_is_in_use(road, city):
    batch = road.send([firm(1), firm(2)])
    city.cover(Organization.objects.get(credit_code=credit_code(1)), "CZ1111")
    undone = services.undo(batch, by=city.user("city"))
    assert (undone.deleted, [left.label for left in undone.left]) == (1, ["澄州第1有限公司"])
    assert the_one().credit_code == credit_code(1)


def test_a_batch_is_undone_once(road, city):
    batch = road.send([firm(1)])
    services.undo(batch, by=city.user("city"))
    with pytest.raises(services.NotReady):
        services.undo(batch, by=city.user("city"))
