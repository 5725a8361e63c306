"""The list of instructors comes in as a workbook, and ours comes back edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import AuditEntry
from instructors.models import Instructor
from tests.instructors.test_visits import select
from tests.people import LONG_AGO, City
from tests.workbooks import Workbook

pytestmark = pytest.mark.django_db

LIST = "/admin/instructors/instructor/"
HEAD = "姓名,来源,人事关系所在单位,选派党组织,专职,选派日期\n"


def client_of(city: City, username: str = "street") -> Client:
    client = Client()
    client.force_login(city.user(username), backend="accounts.backends.PasswordBackend")
    return client


def lines_of(client: Client, content: bytes, name: str = "表.csv") -> Any:
    return client.post(f"{LIST}import/", {"file": SimpleUploadedFile(name, content)})


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
