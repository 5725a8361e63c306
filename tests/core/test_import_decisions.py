"""What a clerk decides after an import: conflicts, missing records, and taking the batch back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from core.importing import jobs
from core.models import AuditEntry, ImportBatch, Job, MissingRecord, StagedRow
from orgs.models import Organization
from orgs.services.organizations import change
from tests.lists import firm
from tests.people import TODAY, City
from tests.wizard import said, work, written


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings):
    """Uploaded files and workers' locks of one test."""
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def clerk(client: Client, city: City) -> Client:
    """The city's clerk at the browser."""
    client.force_login(city.user("city"))
    return client


@pytest.fixture
def disputed(clerk: Client, tmp_path: Path) -> ImportBatch:
    """A tax list that gives another legal representative than the registrar."""
    written(clerk, [firm(1, 法定代表人="甲某"), firm(2, 法定代表人="乙某")], tmp_path / "a.csv")
    rows = [firm(1, 法定代表人="丙某"), firm(2, 法定代表人="丁某")]
    return written(clerk, rows, tmp_path / "b.csv", source="tax", as_of="2026-11-21")


def decide(clerk: Client, batch: ImportBatch, do: str, rows: list[StagedRow]) -> str:
    """Settle the conflicts of these rows and read the answer."""
    picked = [f"{row.pk}:{column}" for row in rows for column in row.conflicts]
    where = reverse("import-conflicts", args=[batch.pk])
    return said(clerk.post(where, {"do": do, "picked": picked}, follow=True))


def open_rows(batch: ImportBatch) -> list[StagedRow]:
    """Rows whose conflicts wait."""
    return list(batch.rows.exclude(conflicts={}).order_by("pk"))


def test_conflicts_wait_and_show_both_values(clerk, disputed):
    page = said(clerk.get(reverse("import-conflicts", args=[disputed.pk])))
    assert "<b>甲某</b>" in page
    assert "丙某" in page
    assert "采用名单的值" in page
    assert Organization.objects.filter(legal_representative="甲某").exists()


def test_taking_theirs_writes_the_value_with_its_reason_into_the_history(clerk, disputed):
    first, second = open_rows(disputed)
    assert "已采用名单的值：1 处" in decide(clerk, disputed, "take", [first])
    assert Organization.objects.get(pk=first.target_id).legal_representative == "丙某"
    entry = AuditEntry.objects.get(action="organizations.change")
    assert "税务名单" in entry.reason
    assert [row.pk for row in open_rows(disputed)] == [second.pk]


def test_keeping_ours_changes_nothing_and_is_remembered(clerk, disputed):
    rows = open_rows(disputed)
    assert "已保留本系统的值：2 处" in decide(clerk, disputed, "keep", rows)
    assert set(Organization.objects.values_list("legal_representative", flat=True)) == {"甲某", "乙某"}
    entry = AuditEntry.objects.filter(action="import.keep").first()
    assert "保留“甲某”" in entry.reason
    assert "没有待处理的不一致" in said(clerk.get(reverse("import-conflicts", args=[disputed.pk])))


def test_what_was_kept_does_not_ask_again_but_another_value_or_another_source_does(clerk, disputed, tmp_path):
    first, second = open_rows(disputed)
    decide(clerk, disputed, "keep", [first])
    rows = [firm(1, 法定代表人="丙某"), firm(2, 法定代表人="丁某")]
    again = written(clerk, rows, tmp_path / "c.csv", source="tax", as_of="2026-11-22")
    assert (again.counts["conflicts"], again.counts["unchanged"]) == (1, 2)
    assert [row.target_id for row in open_rows(again)] == [second.target_id]
    other = written(clerk, [firm(1, 法定代表人="己某")], tmp_path / "d.csv", source="tax", as_of="2026-11-22")
    assert other.counts["conflicts"] == 1
    elsewhere = written(clerk, rows[:1], tmp_path / "e.csv", source="education", as_of="2026-11-22")
    assert elsewhere.counts["conflicts"] == 1


def test_what_was_taken_is_no_difference_any_more(clerk, disputed, tmp_path):
    decide(clerk, disputed, "take", open_rows(disputed))
    rows = [firm(1, 法定代表人="丙某"), firm(2, 法定代表人="丁某")]
    again = written(clerk, rows, tmp_path / "c.csv", source="tax", as_of="2026-11-22")
    assert again.counts["conflicts"] == 0


def test_a_value_that_somebody_edited_meanwhile_is_not_overwritten(clerk, city, disputed):
    first, _ = open_rows(disputed)
    unit = Organization.objects.get(pk=first.target_id)
    values = {"legal_representative": "戊某"}
    change(by=city.user("city"), organization=unit, values=values, version=unit.version, on=TODAY)
    assert "在此期间已被他人修改" in decide(clerk, disputed, "take", [first])
    unit.refresh_from_db()
    assert unit.legal_representative == "戊某"
    first.refresh_from_db()
    assert first.conflicts == {"legal_representative": ["戊某", "丙某"]}


def test_a_count_taken_over_is_verified_from_then_on(clerk, tmp_path):
    written(clerk, [firm(1)], tmp_path / "a.csv", source="survey", as_of="2026-11-01")
    batch = written(clerk, [firm(1, 从业人数=90)], tmp_path / "b.csv", as_of="2026-11-20")
    decide(clerk, batch, "take", open_rows(batch))
    unit = Organization.objects.get()
    assert (unit.staff, unit.staff_source) == (90, "hand")


def test_nothing_ticked_is_said(clerk, disputed):
    assert "请先勾选" in decide(clerk, disputed, "keep", [])


@pytest.fixture
def shrunk(clerk: Client, tmp_path: Path) -> ImportBatch:
    """A later list without two of three firms."""
    written(clerk, [firm(1), firm(2), firm(3)], tmp_path / "a.csv")
    return written(clerk, [firm(1)], tmp_path / "b.csv", as_of="2026-11-21")


def test_a_missing_record_ends_only_when_the_clerk_says_so_after_a_preview(clerk, shrunk):
    where = reverse("import-missing", args=[shrunk.pk])
    assert "还有 <b>2</b> 家" in said(clerk.get(where))
    one = MissingRecord.objects.filter(batch=shrunk).order_by("pk").first()
    given = {"ending": "STRUCK_OFF", "picked": [one.pk]}
    assert "将把 <b>1</b> 家标记为“注销”" in said(clerk.post(where, given))
    assert not Organization.objects.filter(status="STRUCK_OFF").exists(), "the preview changes nothing"
    assert "已标记为“注销”：1 家" in said(clerk.post(where, given | {"do": "confirm"}, follow=True))
    assert Organization.objects.get(status="STRUCK_OFF").pk == one.object_id
    assert MissingRecord.objects.filter(batch=shrunk).count() == 1


def test_the_preview_of_an_ending_tells_what_still_hangs_on_it(clerk, city, shrunk):
    one = MissingRecord.objects.filter(batch=shrunk).order_by("pk").first()
    city.cover(Organization.objects.get(pk=one.object_id), "CZ1112")
    where = reverse("import-missing", args=[shrunk.pk])
    assert "1 家有党组织覆盖" in said(clerk.post(where, {"ending": "MOVED_OUT", "picked": [one.pk]}))


def test_an_undo_says_first_what_it_restores_and_what_stays(clerk, city, tmp_path):
    written(clerk, [firm(1), firm(2)], tmp_path / "a.csv")
    rows = [firm(1, 法定代表人="新某"), firm(2, 法定代表人="新某"), firm(3)]
    batch = written(clerk, rows, tmp_path / "b.csv", as_of="2026-11-21")
    touched = Organization.objects.get(name="澄州第2有限公司")
    values = {"legal_representative": "人工"}
    change(by=city.user("city"), organization=touched, values=values, version=touched.version, on=TODAY)
    where = reverse("import-undo", args=[batch.pk])
    clerk.post(where)
    work()
    page = said(clerk.get(where))
    assert "恢复 <b>1</b> 条" in page
    assert "删除这次新增的 <b>1</b> 条" in page
    assert "澄州第2有限公司" in page
    assert "法定代表人" in page
    assert Organization.objects.count() == 3, "so far nothing is undone"
    clerk.post(where, {"do": "undo"})
    work()
    assert "已撤销" in said(clerk.get(reverse("import", args=[batch.pk])))
    assert Organization.objects.count() == 2
    assert Organization.objects.get(name="澄州第1有限公司").legal_representative == ""
    touched.refresh_from_db()
    assert touched.legal_representative == "人工"


def test_a_batch_is_undone_once_however_often_it_is_clicked(clerk, tmp_path):
    batch = written(clerk, [firm(1)], tmp_path / "a.csv")
    where = reverse("import-undo", args=[batch.pk])
    for _ in range(2):
        clerk.post(where, {"do": "undo"})
    work()
    answer = said(clerk.post(where, {"do": "undo"}, follow=True))
    assert "已撤销" in answer
    assert Job.objects.filter(kind=jobs.UNDO).count() == 1


@pytest.mark.parametrize("name", ["import-conflicts", "import-missing", "import-undo"])
def test_decisions_about_another_districts_batch_are_not_there(clerk, city, shrunk, name):
    clerk.force_login(city.user("stranger"))
    where = reverse(name, args=[shrunk.pk])
    assert clerk.get(where).status_code == 404
    assert clerk.post(where, {"do": "confirm", "ending": "STRUCK_OFF"}).status_code == 404


def test_a_refused_value_names_its_row_and_nothing_of_what_was_ticked_is_written(clerk, city, tmp_path):
    columns = ("党组织编码", "党组织名称", "类型", "上级党组织编码")
    rows = [
        {"党组织编码": code, "党组织名称": city[code].name, "类型": "党支部", "上级党组织编码": parent}
        for code, parent in (("CZ1111", "CZ112"), ("CZ1112", "CZ1111"))
    ]
    batch = written(clerk, rows, tmp_path / "a.csv", columns=columns, source="party_tree")
    page = said(clerk.get(reverse("import-conflicts", args=[batch.pk])))
    assert city["CZ112"].name in page
    answer = decide(clerk, batch, "take", open_rows(batch))
    assert f"第 3 行“{city['CZ1112'].name}”不能采用，这次勾选的都没有写入：" in answer
    city["CZ1111"].refresh_from_db()
    assert city["CZ1111"].parent == city["CZ111"]
    assert "已采用名单的值：1 处" in decide(clerk, batch, "take", open_rows(batch)[:1])
    city["CZ1111"].refresh_from_db()
    assert city["CZ1111"].parent == city["CZ112"]
