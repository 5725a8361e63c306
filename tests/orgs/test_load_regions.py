"""A real city brings its own area codes."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from orgs.models import Region

pytestmark = pytest.mark.django_db

CITY = """code,name,parent
990200000000,临澜市,
990201000000,东港区,990200000000
990201001000,码头街道,990201000000
990201001001,灯塔社区,990201001000
"""


@pytest.fixture
def load(tmp_path):
    """Runs the command on a table; gives what it prints."""

    def run(text: str, encoding: str = "utf-8") -> str:
        path, output = tmp_path / "areas.csv", StringIO()
        path.write_bytes(text.encode(encoding))
        call_command("load_regions", str(path), stdout=output)
        return output.getvalue().strip()

    return run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_areas_come_in_with_their_levels_and_parents(load, encoding):
    assert load(CITY, encoding) == "新增 4 个，更新 0 个，未变 0 个"
    rows = Region.objects.order_by("code").values_list("name", "level", "parent_id")
    assert list(rows) == [
        ("临澜市", "city", None),
        ("东港区", "district", "990200000000"),
        ("码头街道", "street", "990201000000"),
        ("灯塔社区", "community", "990201001000"),
    ]


def test_a_newer_list_renames_adds_and_removes_nothing(load):
    load(CITY)
    newer = "code,name,parent\n990201000000,港口区,990200000000\n990202000000,西山区,990200000000\n"
    assert load(newer) == "新增 1 个，更新 1 个，未变 0 个"
    assert Region.objects.get(pk="990201000000").name == "港口区"
    assert Region.objects.count() == 5


def test_the_same_list_again_changes_nothing_and_leaves_no_trace(load):
    load(CITY)
    assert load(CITY) == "新增 0 个，更新 0 个，未变 4 个"
    assert AuditEntry.objects.filter(action="regions.load").count() == 4


def test_parents_may_stand_below_their_children(load):
    head, *lines = CITY.strip().splitlines()
    assert load("\n".join([head, *reversed(lines)])).startswith("新增 4 个")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("99020100,东港区,990200000000", "第 2 行：代码“99020100”不是 12 位数字", id="short code"),
        pytest.param("９９０２０１０００００１,东港区,", "不是 12 位数字", id="full-width code"),
        pytest.param("990201000000,,990200000000", "名称应为", id="no name"),
        pytest.param("990201000000,东港区,990299000000", "找不到上级“990299000000”", id="unknown parent"),
        pytest.param("990201000000,东港区,990201000000", "上级是它自己", id="own parent"),
        pytest.param("990201000000,东港区,", "只有市一级可以没有", id="district without a parent"),
        pytest.param("990200000000,甲市,\n990200000000,乙市,", "第 3 行：代码 990200000000 重复", id="twice"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(load, line, said):
    with pytest.raises(CommandError, match="没有写入任何区划") as refused:
        load(f"code,name,parent\n{line}\n")
    assert said in str(refused.value)
    assert not Region.objects.exists()


def test_a_table_without_the_columns_is_refused(load):
    with pytest.raises(CommandError, match="表头缺少 parent"):
        load("code,name\n990200000000,临澜市\n")
