"""The list of instructors comes in as a workbook, and that of assignments (tests/core/test_tables_*.py have how ours come back)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models import AuditEntry
from instructors.models import Assignment, Instructor
from tests.instructors.test_visits import assign, select
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import Workbook, carried_in

pytestmark = pytest.mark.django_db

LIST, ASSIGNMENTS = "/admin/instructors/instructor/", "/admin/instructors/assignment/"
HEAD = "姓名,来源,人事关系所在单位,选派党组织,专职,选派日期\n"


def test_new_ones_are_selected_and_known_ones_changed(city: City):
    known = select(city)
    client = city.client()
    rows = f"吴指导,,澄州市档案局,CZ111,是,{LONG_AGO}\n郑新,复转军人,云溪区人武部,CZ111,否,2026-03-01\n"
    lines = carried_in(client, LIST, (HEAD + rows).encode(), write=True)
    assert [line.outcome for line in lines] == ["有变化", "新增"]
    known.refresh_from_db()
    assert (known.home_unit, known.full_time, known.source) == ("澄州市档案局", True, "RETIRED")
    assert Instructor.objects.get(name="郑新").sent_by == city["CZ111"]
    actions = AuditEntry.objects.filter(model="instructors.instructor").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["instructors.select", "instructors.change", "instructors.select"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("郑新,复转军人,,CZ12,否,2026-03-01\n", "不在您的管辖范围"),
        ("郑新,复转军人,,CZ111,大概,2026-03-01\n", "不是“是”或“否”"),
        ("郑新,复转军人,,CZ111,否,去年\n", "不是日期"),
        ("郑新,,,CZ111,否,2026-03-01\n", "不能为空"),
        ("吴指导,离退休老同志,,CZ111,否,2026-03-01\n", "分不清是哪一条"),
    ],
    ids=["outside", "yes-or-no", "day", "blank", "two-alike"],
)
def test_a_wrong_row_is_refused_in_a_sentence(city: City, row: str, word: str):
    select(city, user="")
    select(city, user="")
    (line,) = carried_in(city.client(), LIST, (HEAD + row).encode())
    assert word in " ".join(line.problems)


def test_the_list_of_assignments_comes_back_also_with_two_of_one_name(city: City, tmp_path: Path):
    unit = city.organization("澄州明川电子", credit_code="91350100M000100Y43")
    assign(city, unit, select(city))
    select(city, user="")
    book = Workbook.of(city, tmp_path, ASSIGNMENTS, "street")
    assert [(line.outcome, line.problems) for line in book.carried_in()] == [("未变", [])]


def test_assignments_begin_and_end_in_a_workbook(city: City, tmp_path: Path):
    first, second = (city.organization(credit_code=c) for c in ("91350100M000100Y43", "91350211M000100Y46"))
    row, client = assign(city, first, select(city)), city.client()
    table = f"统一社会信用代码,指导员,起始,任务,终止\n{second.credit_code},吴指导,2026-03-01,宣讲政策,\n"
    assert [line.outcome for line in carried_in(client, ASSIGNMENTS, table.encode(), write=True)] == ["新增"]
    begun = Assignment.objects.get(organization=second)
    assert (begun.tasks, begun.until) == ("宣讲政策", None)
    book = Workbook.of(city, tmp_path, ASSIGNMENTS, "street")
    book.edit(first.credit_code, 终止=TODAY.isoformat())
    assert [line.outcome for line in book.carried_in(write=True)] == ["有变化", "未变"]
    row.refresh_from_db()
    assert row.until == TODAY
