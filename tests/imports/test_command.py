"""The command line of the road: scripts and people rely on it (rules §12)."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEntry, ImportBatch, StagedRow
from orgs.models import Organization
from tests.lists import credit_code, firm, write_list

KEYS = ["batch", "rows", "new", "changed", "unchanged", "duplicates", "errors", "warnings", "conflicts", "missing",
        "undecided", "problems", "seconds"]  # fmt: skip


def run(path, *arguments) -> dict:
    out = io.StringIO()
    call_command("import_registry", path, "--source", "market", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_a_dry_run_writes_nothing_and_says_what_an_import_would(city, tmp_path):
    path = write_list(tmp_path / "list.csv", [firm(1), firm(2, 统一社会信用代码="123")])
    dry = run(path)
    assert not Organization.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not StagedRow.objects.exists()
    applied = run(path, "--apply", "--by", "city")
    assert list(dry) == list(applied) == KEYS
    assert {k: v for k, v in dry.items() if k not in ("batch", "seconds")} == {
        k: v for k, v in applied.items() if k not in ("batch", "seconds")
    }
    problem = {"sheet": "list", "row": 3, "column": "统一社会信用代码", "level": "error", "code": "credit_code_length"}
    assert dry["problems"] == [problem | {"value": "123"}]


def test_a_file_that_cannot_be_read_ends_with_two_and_a_sentence(city, tmp_path):
    path = tmp_path / "empty.xlsx"
    path.touch()
    with pytest.raises(CommandError, match="空文件") as refusal:
        run(path)
    assert refusal.value.returncode == 2


def test_a_file_without_the_list_s_header_ends_with_two_and_names_the_columns(city, tmp_path):
    path = write_list(tmp_path / "other.csv", [{"会议": "例会"}], columns=("会议",))
    with pytest.raises(CommandError, match="统一社会信用代码") as refusal:
        run(path)
    assert refusal.value.returncode == 2


def test_writing_needs_a_name(city, tmp_path):
    with pytest.raises(CommandError, match="--by"):
        run(write_list(tmp_path / "list.csv", [firm(1)]), "--apply")


def test_a_list_of_tomorrow_is_refused(city, tmp_path):
    with pytest.raises(CommandError, match="今天之后"):
        run(write_list(tmp_path / "list.csv", [firm(1)]), "--as-of", "2999-01-01")


def test_the_error_workbook_holds_the_clerk_s_columns_and_the_reason_and_comes_back_corrected(city, tmp_path):
    errors = tmp_path / "errors.xlsx"
    path = write_list(tmp_path / "list.csv", [firm(1), firm(2, 从业人数="-5", 住所="=1+1")])
    run(path, "--apply", "--by", "city", "--errors", errors)
    book = openpyxl.load_workbook(errors)
    header, row = book.active.iter_rows()
    cells = dict(zip((cell.value for cell in header), row, strict=True))
    assert [*cells][-2:] == ["级别", "问题"]
    assert (cells["级别"].value, cells["住所"].data_type) == ("错误", "s")
    assert "人数小于 0" in cells["问题"].value
    cells["从业人数"].value = "5"
    book.save(errors)
    again = run(errors, "--apply", "--by", "city")
    assert (again["rows"], again["new"], again["errors"], again["missing"]) == (1, 1, 0, 0)
    assert Organization.objects.get(credit_code=credit_code(2)).staff == 5


def test_the_error_workbook_has_a_sheet_for_each_sheet_and_comes_back_as_it_is(city, tmp_path):
    path, errors = tmp_path / "摸底.xlsx", tmp_path / "errors.xlsx"
    book = openpyxl.Workbook()
    cover, first, second = book.active, book.create_sheet("新经济组织"), book.create_sheet("新社会组织")
    cover.append(["摸底说明"])
    first.append(["单位名称", "统一社会信用代码", "从业人数"])
    first.append(["澄州明川电子有限公司", credit_code(1), 60])
    first.append(["澄州禾岸食品厂", credit_code(2), -5])
    second.append(["会员数", "统一社会信用代码", "社会组织名称"])
    second.append([-7, credit_code(3, "51"), "澄州市电子行业协会"])
    book.save(path)
    told = run(path, "--source", "survey", "--sheet", "*", "--apply", "--by", "city", "--errors", errors)
    assert (told["rows"], told["errors"]) == (3, 2)
    book = openpyxl.load_workbook(errors)
    assert book.sheetnames == ["新经济组织", "新社会组织"]
    assert [[cell.value for cell in sheet[1]] for sheet in book] == [
        ["单位名称", "统一社会信用代码", "从业人数", "级别", "问题"],
        ["会员数", "统一社会信用代码", "社会组织名称", "级别", "问题"],
    ]
    book["新经济组织"]["C2"].value, book["新社会组织"]["A2"].value = "5", "70"
    book.save(errors)
    again = run(errors, "--source", "survey", "--apply", "--by", "city")
    assert (again["rows"], again["new"], again["errors"], again["missing"]) == (2, 2, 0, 0)
    assert Organization.objects.get(credit_code=credit_code(3, "51")).membership == 70


def test_an_undo_says_what_it_did(city, tmp_path):
    batch = run(write_list(tmp_path / "list.csv", [firm(1)]), "--apply", "--by", "city")["batch"]
    out = io.StringIO()
    call_command("undo_import", batch, "--by", "city", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["batch"], told["deleted"], told["restored"], told["left"]) == (batch, 1, 0, [])
    assert AuditEntry.objects.filter(batch_id=batch, action="import.undo").count() == 1
    with pytest.raises(CommandError, match="已撤销"):
        call_command("undo_import", batch, "--by", "city")
