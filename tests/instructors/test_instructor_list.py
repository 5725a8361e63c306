"""The list of instructors comes in as a workbook, and ours comes back edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import AuditEntry
from instructors.models import Assignment, Instructor
from tests.instructors.test_visits import assign, select
from tests.people import LONG_AGO, TODAY, City
from tests.workbooks import Workbook

pytestmark = pytest.mark.django_db

LIST, ASSIGNMENTS = "/admin/instructors/instructor/", "/admin/instructors/assignment/"
HEAD = "姓名,来源,人事关系所在单位,选派党组织,专职,选派日期\n"


def client_of(city: City, username: str = "street") -> Client:
    client = Client()
    client.force_login(city.user(username), backend="accounts.backends.PasswordBackend")
    return client


def lines_of(client: Client, content: bytes, name: str = "表.csv", url: str = LIST) -> Any:
    return client.post(f"{url}import/", {"file": SimpleUploadedFile(name, content)})


def test_our_own_list_comes_back_unchanged(city: City, tmp_path: Path):
    select(city)
    book = Workbook.of(city, tmp_path, LIST, "street")
    shown = lines_of(client_of(city), book.path.read_bytes(), "指导员.xlsx")
    assert [line.outcome for line in shown.context["lines"]] == ["未变"]


def test_new_ones_are_selected_and_known_ones_changed(city: City):
    known = select(city)
    client = client_of(city)
    rows = f"吴指导,,澄州市档案局,CZ111,是,{LONG_AGO}\n郑新,复转军人,云溪区人武部,CZ111,否,2026-03-01\n"
    shown = lines_of(client, (HEAD + rows).encode())
    assert [line.outcome for line in shown.context["lines"]] == ["有变化", "新增"]
    client.post(f"{LIST}import/", {"table": shown.context["table"]})
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
    shown = lines_of(client_of(city), (HEAD + row).encode())
    assert word in " ".join(shown.context["lines"][0].problems)


def test_the_list_of_assignments_comes_back_also_with_two_of_one_name(city: City, tmp_path: Path):
    unit = city.organization("澄州明川电子", credit_code="91350100M000100Y43")
    assign(city, unit, select(city))
    select(city, user="")
    book = Workbook.of(city, tmp_path, ASSIGNMENTS, "street")
    shown = lines_of(client_of(city), book.path.read_bytes(), "派驻.xlsx", ASSIGNMENTS)
    assert [(line.outcome, line.problems) for line in shown.context["lines"]] == [("未变", ())]


def test_assignments_begin_and_end_in_a_workbook_and_do_not_change_otherwise(city: City):
    first, second = (city.organization(credit_code=c) for c in ("91350100M000100Y43", "91350211M000100Y46"))
    row, client = assign(city, first, select(city)), client_of(city)
    head = "系统编号,统一社会信用代码,指导员,起始,任务,终止\n"
    table = f"{head}{row.pk},,,,,{TODAY}\n,{second.credit_code},吴指导,2026-03-01,宣讲政策,\n"
    shown = lines_of(client, table.encode(), url=ASSIGNMENTS)
    assert [line.outcome for line in shown.context["lines"]] == ["有变化", "新增"]
    client.post(f"{ASSIGNMENTS}import/", {"table": shown.context["table"]})
    row.refresh_from_db()
    begun = Assignment.objects.get(organization=second)
    assert (row.until, begun.tasks, begun.until) == (TODAY, "宣讲政策", None)
    shown = lines_of(client, f"{head}{begun.pk},,,,别的任务,\n".encode(), url=ASSIGNMENTS)
    assert "登记后不能修改" in shown.context["lines"][0].problems[0]
