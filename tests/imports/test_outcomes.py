"""What becomes of a row: new, changed, unchanged, duplicate or error; and the warnings on top."""

from __future__ import annotations

import pytest

from core.importing.reports import problem_list
from core.models import AuditEntry
from orgs.models import Headcount, Organization
from tests.lists import counts, credit_code, firm
from tests.people import TODAY


def problems_of(batch):
    """(row, column, code) of every problem."""
    return [(p["row"], p["column"], p["code"]) for p in problem_list(batch)]


def test_a_new_firm_goes_in_with_category_committee_and_dated_staff(road, city):
    batch = road.send([firm(1, 注册资本="100(万元)", 成立日期="2019年3月5日", 行业代码="6513")])
    assert batch.counts == counts(rows=1, new=1)
    unit = Organization.objects.get()
    assert (unit.category, unit.managed_by, unit.managed_basis) == ("E4", city["CZ111"], "TERRITORY")
    assert (unit.staff, unit.staff_on, unit.staff_source) == (60, TODAY, "market")
    assert (str(unit.registered_on), int(unit.capital), unit.currency) == ("2019-03-05", 100, "人民币")
    row = Headcount.objects.get()
    assert (row.organization, row.number, row.counted_on, row.batch_id) == (unit, 60, TODAY, batch.pk)


def test_the_same_file_again_writes_nothing(road):
    rows = [firm(1), firm(2, 从业人数="")]
    road.send(rows)
    entries, versions = AuditEntry.objects.count(), list(Organization.objects.values_list("version", "sources"))
    assert road.send(rows).counts == counts(rows=2, unchanged=2)
    assert AuditEntry.objects.count() == entries
    assert list(Organization.objects.values_list("version", "sources")) == versions


def test_a_changed_field_is_written_with_both_values_in_the_trail(road):
    road.send([firm(1, 法定代表人="赵一")])
    batch = road.send([firm(1, 法定代表人="钱二")])
    assert batch.counts == counts(rows=1, changed=1)
    entry = AuditEntry.objects.get(batch_id=batch.pk)
    assert entry.changes == {"legal_representative": ["赵一", "钱二"]}
    assert Organization.objects.get().version == 2


def test_blanks_never_overwrite(road):
    road.send([firm(1, 法定代表人="赵一")])
    assert road.send([firm(1, 法定代表人="N/A", 从业人数="暂无")]).counts == counts(rows=1, unchanged=1)
    assert Organization.objects.get().legal_representative == "赵一"


def test_lines_without_name_and_identity_are_no_rows(road):
    rows = [firm(1), {"住所": "合计", "从业人数": 60}, {"企业名称": "备注:数据截至上月"}]
    assert road.preview(rows) == counts(rows=1, new=1)


def test_the_same_row_again_is_taken_once_whatever_its_spelling(road):
    code = credit_code(1)
    spelled = firm(1, 统一社会信用代码=f" {code[:8].lower()}-{code[8:]}", 从业人数="６０人")
    assert road.send([firm(1), spelled]).counts == counts(rows=2, new=1, duplicates=1)


def test_rows_that_share_a_code_and_differ_all_stay_out(road):
    batch = road.send([firm(1), firm(1, 从业人数=61), firm(2)])
    assert batch.counts == counts(rows=3, new=1, errors=2)
    assert problems_of(batch) == [
        (2, "统一社会信用代码", "duplicate_differs"), (3, "统一社会信用代码", "duplicate_differs"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"企业名称": "—"}, "企业名称", "name_missing"),
        ({"统一社会信用代码": "无"}, "统一社会信用代码", "identity_missing"),
        ({"统一社会信用代码": credit_code(1)[:-1]}, "统一社会信用代码", "credit_code_length"),
        ({"统一社会信用代码": "9.14403E+17"}, "统一社会信用代码", "credit_code_rounded"),
        ({"从业人数": "-3"}, "从业人数", "headcount_negative"),
        ({"企业名称": "长" * 201}, "企业名称", "text_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)
def test_an_error_keeps_the_row_out_and_says_where(road, cells, column, code):
    batch = road.send([firm(1, **cells)])
    assert batch.counts == counts(rows=1, errors=1)
    assert problems_of(batch) == [(2, column, code)]
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("成立日期", "2019-02-30", "date_unreadable"),
        ("成立日期", "2099-01-01", "date_future"),
        ("从业人数", "约50", "headcount_unreadable"),
        ("注册资本", "9,9(万元)", "capital_unreadable"),
        ("企业类型", "未来型组织", "unknown_type"),
        ("行业代码", "9900", "unknown_industry"),
        ("经营状态", "吊销", "unknown_status"),
        ("所属街道", "蓬莱仙岛街道", "unknown_area"),
        ("住所", "长" * 251, "text_too_long"),
    ],
)
def test_with_a_warning_the_row_goes_in_and_the_cell_does_not(road, column, cell, code):
    batch = road.send([firm(1, **{column: cell})])
    assert (batch.counts["new"], batch.counts["warnings"]) == (1, 1)
    assert problems_of(batch) == [(2, column, code)]


def test_all_problems_of_a_row_are_listed_at_once(road):
    batch = road.send([firm(1, 企业名称="", 成立日期="不详", 从业人数=-1)])
    assert {code for _, _, code in problems_of(batch)} == {"name_missing", "date_unreadable", "headcount_negative"}
    assert batch.counts == counts(rows=1, errors=1, warnings=1)


def test_a_line_break_or_nul_in_a_cell_does_no_harm(road):
    assert road.send([firm(1, 住所="人民路\n1号")]).counts["new"] == 1
    assert Organization.objects.get().address == "人民路 1号"


def test_unmapped_columns_are_kept_on_the_record(road):
    columns = ("企业名称", "统一社会信用代码", "序号", "经营范围")
    road.send([firm(1, 序号=1, 经营范围="软件开发")], columns=columns)
    unit = Organization.objects.get()
    assert unit.other_columns == {"市场监管登记名单·经营范围": "软件开发"}


def test_a_row_that_differs_in_unmapped_columns_only_is_unchanged_and_they_are_refreshed(road):
    columns = ("企业名称", "统一社会信用代码", "经营范围")
    road.send([firm(1, 经营范围="软件开发")], columns=columns)
    batch = road.send([firm(1, 经营范围="食品销售")], columns=columns)
    assert batch.counts == counts(rows=1, unchanged=1, undecided=1)
    assert Organization.objects.get().other_columns == {"市场监管登记名单·经营范围": "食品销售"}
    assert AuditEntry.objects.filter(batch_id=batch.pk).count() == 1


def test_an_area_that_holds_ours_agrees_with_it(road, city):
    road.send([firm(1)])
    Organization.objects.update(region_id="990102001001")
    assert road.send([firm(1)]).counts == counts(rows=1, unchanged=1)
    assert Organization.objects.get().region_id == "990102001001"
    batch = road.send([firm(1, 所属街道="溪口街道")])
    assert batch.counts == counts(rows=1, changed=1)
    assert Organization.objects.get().region_id == "990102002000"
