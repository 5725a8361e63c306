"""The import road in the browser, page by page: what each step says, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.importing import jobs
from core.jobs import Worker
from core.models import AuditEntry, ColumnMapping, ImportBatch, Job, StagedRow
from orgs.models import Appointment, Organization
from tests.lists import MARKET, credit_code, firm, write_list
from tests.people import LONG_AGO, PASSWORD, City, account
from tests.wizard import checked, columns_form, looked_at, said, upload, work, written

Status = ImportBatch.Status


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings):
    """Uploaded files and workers' locks of one test."""
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def clerk(client: Client, city: City) -> Client:
    """The city's clerk at the browser."""
    client.force_login(city.user("city"))
    return client


def test_a_list_goes_the_whole_road(clerk, tmp_path):
    batch = looked_at(clerk, [firm(1), firm(2, 从业人数=-3)], tmp_path / "a.csv")
    page = clerk.get(reverse("import", args=[batch.pk]), follow=True)
    assert "企业名称" in said(page)
    assert credit_code(1) in said(page), "samples stand beside the headers"
    clerk.post(reverse("import-columns", args=[batch.pk]), columns_form(clerk, batch))
    page = reverse("import", args=[batch.pk])
    assert "后台程序没有运行" in said(clerk.get(page))
    with Worker():
        assert "马上开始" in said(clerk.get(page))
    work()
    preview = said(clerk.get(reverse("import", args=[batch.pk])))
    assert "确认写入 1 行" in preview
    assert "N 列“从业人数”" in preview, "the clerk's own column"
    assert not Organization.objects.exists(), "nothing is written before the confirmation"
    clerk.post(reverse("import", args=[batch.pk]))
    work()
    assert "已写入" in said(clerk.get(reverse("import", args=[batch.pk])))
    assert Organization.objects.get().credit_code == credit_code(1)


def test_a_double_click_on_confirm_starts_one_job_and_writes_once(clerk, tmp_path):
    batch = checked(clerk, [firm(1)], tmp_path / "a.csv")
    for _ in range(2):
        clerk.post(reverse("import", args=[batch.pk]))
    assert Job.objects.filter(kind=jobs.APPLY).count() == 1
    work()
    clerk.post(reverse("import", args=[batch.pk]))
    work()
    assert Job.objects.filter(kind=jobs.APPLY).count() == 1
    assert AuditEntry.objects.filter(action="import.add").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "0 字节"), (b"PK\x03\x04 broken", "“名单.xlsx”"), (b"%PDF-1.7 not a table", "不是 Excel 工作簿")],
    ids=["empty", "broken", "wrong-kind"],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form(clerk, content, sentence):
    given = {"source": "market", "as_of": "2026-11-20", "file": SimpleUploadedFile("名单.xlsx", content)}
    page = clerk.post(reverse("import-new"), given)
    assert page.status_code == 200
    assert sentence in said(page)
    assert not ImportBatch.objects.exists()


def test_a_request_larger_than_any_list_is_refused_before_its_file_is_kept(clerk, monkeypatch):
    monkeypatch.setattr("core.uploads.MAX_FILE_BYTES", 10)
    monkeypatch.setattr("core.uploads.FORM_BYTES", 10)
    given = {"source": "market", "as_of": "2026-11-20", "file": SimpleUploadedFile("a.csv", b"x" * 500)}
    assert "没有上传；请拆成几个文件" in said(clerk.post(reverse("import-new"), given))


def test_a_list_of_tomorrow_is_refused(clerk, tmp_path):
    assert "2099-01-01 在今天之后" in said(upload(clerk, [firm(1)], tmp_path / "a.csv", as_of="2099-01-01"))


def test_htmx_is_sent_on_by_a_header_and_gets_the_form_alone_when_it_is_wrong(clerk, tmp_path):
    content = write_list(tmp_path / "a.csv", [firm(1)]).read_bytes()
    given = {"source": "market", "as_of": "2026-11-20", "file": SimpleUploadedFile("a.csv", content)}
    asked = {"HX-Request": "true", "HX-Target": "upload"}
    assert "HX-Redirect" in clerk.post(reverse("import-new"), given, headers=asked)
    assert "<html" not in said(clerk.post(reverse("import-new"), {}, headers=asked))


def test_columns_without_a_name_are_refused_and_say_which_is_missing(clerk, tmp_path):
    batch = looked_at(clerk, [firm(1)], tmp_path / "a.csv")
    form = columns_form(clerk, batch, **{"field-0-0": ""})
    page = clerk.post(reverse("import-columns", args=[batch.pk]), form)
    assert "还没有对应“名称”的列" in said(page)
    assert not Job.objects.filter(kind=jobs.CHECK).exists()


def test_one_field_for_two_columns_is_refused_with_both_letters(clerk, tmp_path):
    batch = looked_at(clerk, [firm(1)], tmp_path / "a.csv")
    form = columns_form(clerk, batch, **{"field-0-10": "name"})
    assert "A 列和 K 列都对应“名称”" in said(clerk.post(reverse("import-columns", args=[batch.pk]), form))


def test_what_a_clerk_assigns_is_read_and_remembered_for_the_next_list(clerk, tmp_path):
    columns = ("企业名称", "统一社会信用代码", "人头")
    rows = [{"企业名称": "澄州甲有限公司", "统一社会信用代码": credit_code(1), "人头": 77}]
    batch = looked_at(clerk, rows, tmp_path / "a.csv", columns=columns)
    form = columns_form(clerk, batch, **{"field-0-2": "staff"})
    clerk.post(reverse("import-columns", args=[batch.pk]), form)
    work()
    clerk.post(reverse("import", args=[batch.pk]))
    work()
    assert Organization.objects.get().staff == 77
    kept = ColumnMapping.objects.get()
    assert (kept.header, kept.field) == ("人头", "staff")
    again = looked_at(clerk, rows, tmp_path / "b.csv", columns=columns)
    assert columns_form(clerk, again)["field-0-2"] == "staff"


def test_a_header_that_nobody_knows_can_be_pointed_at(clerk, tmp_path):
    columns = ("甲", "乙")
    rows = [{"甲": "澄州甲有限公司", "乙": credit_code(1)}, {"甲": "澄州乙有限公司", "乙": credit_code(2)}]
    batch = looked_at(clerk, rows, tmp_path / "a.csv", columns=columns)
    page = clerk.get(reverse("import-columns", args=[batch.pk]))
    assert "没有认出表头" in said(page)
    form = {"sheet-0": "on", "row-0": 1, "was-0": page.context["sheets"][0].proposal.table.row}
    moved = form | {"field-0-0": "name", "field-0-1": "credit_code"}
    if form["row-0"] != form["was-0"]:
        clerk.post(reverse("import-columns", args=[batch.pk]), form)
        moved["was-0"] = 1
    clerk.post(reverse("import-columns", args=[batch.pk]), moved)
    work()
    batch.refresh_from_db()
    assert (batch.status, batch.counts["new"]) == (Status.STAGED, 2)


def test_a_row_given_for_the_header_is_read_anew_before_anything_is_checked(clerk, tmp_path):
    batch = looked_at(clerk, [firm(1)], tmp_path / "a.csv")
    form = columns_form(clerk, batch, **{"row-0": "2"})
    page = clerk.post(reverse("import-columns", args=[batch.pk]), form)
    assert page.context["sheets"][0].proposal.table.row == 2
    assert not Job.objects.filter(kind=jobs.CHECK).exists()


def test_the_preview_shows_changes_field_by_field_and_filters_the_rest_away(clerk, tmp_path):
    written(clerk, [firm(1), firm(2)], tmp_path / "a.csv")
    rows = [firm(1, 从业人数=61), firm(2), firm(3)]
    batch = checked(clerk, rows, tmp_path / "b.csv", as_of="2026-11-21")
    only = said(clerk.get(reverse("import", args=[batch.pk]), {"show": "changed"}, headers={"HX-Target": "rows"}))
    assert '<span class="quiet">60</span> → <b>61</b>' in only
    assert credit_code(3) not in only
    assert "<html" not in only


def test_no_sentence_on_the_road_speaks_of_nothing(clerk, tmp_path):
    """Whether a list brings only new rows, only errors, only what is known, or is taken back."""
    zero = re.compile(
        r"(?<![\d.,:\-于])0(?:家|名|条|个|行|处|次|，|。|；)|(?:新增|更新|错误|提醒|恢复|删除|保留)0(?!\d)"
    )

    def look(page) -> None:
        text = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", said(page)))
        found = zero.search(text)
        assert not found, text[max(0, found.start() - 30) : found.end() + 10]

    for at, rows in enumerate(([firm(1), firm(2)], [firm(3, 从业人数=-3)], [firm(1)], [firm(1, 从业人数=61)], [])):
        batch = checked(clerk, rows, tmp_path / f"{at}.csv", as_of="2026-11-21")
        address = reverse("import", args=[batch.pk])
        look(clerk.get(address))
        clerk.post(address)
        work()
        look(clerk.get(address))
        for name in ("import-conflicts", "import-missing", "import-identity"):
            look(clerk.get(reverse(name, args=[batch.pk]), follow=True))
        undo = reverse("import-undo", args=[batch.pk])
        clerk.post(undo)
        work()
        look(clerk.get(undo, follow=True))
        clerk.post(undo, {"do": "undo"})
        work()
        look(clerk.get(address))
        written(clerk, rows, tmp_path / f"{at}.csv", as_of="2026-11-21")


def test_phone_numbers_stay_masked_in_samples_and_previews(clerk, tmp_path):
    columns = (*MARKET, "联系电话")
    rows = [firm(1, 联系电话="13900001234")]
    batch = looked_at(clerk, rows, tmp_path / "a.csv", columns=columns)
    assert "13900001234" not in said(clerk.get(reverse("import-columns", args=[batch.pk])))
    clerk.post(reverse("import-columns", args=[batch.pk]), columns_form(clerk, batch))
    work()
    preview = said(clerk.get(reverse("import", args=[batch.pk])))
    assert "13900001234" not in preview
    assert "*******1234" in preview


def test_pages_of_rows_cost_the_same_number_of_queries_however_many_there_are(
    clerk, tmp_path, django_assert_max_num_queries
):
    batch = checked(clerk, [firm(number) for number in range(1, 121)], tmp_path / "a.csv")
    with django_assert_max_num_queries(22):
        first = clerk.get(reverse("import", args=[batch.pk]))
    assert len(first.context["lines"]) == 50
    second = clerk.get(first.context["after_url"])
    numbers = {line.number for line in first.context["lines"]} & {line.number for line in second.context["lines"]}
    assert not numbers, "no row stands on two pages"


def test_the_error_workbook_and_the_file_come_as_attachments_and_are_noted(clerk, tmp_path):
    batch = checked(clerk, [firm(1, 从业人数=-3)], tmp_path / "a.csv")
    original = reverse("import-file", args=[batch.pk])
    assert "下载原因" in said(clerk.get(original))
    assert "请写明查看原因" in said(clerk.post(original, {"reason": "看"}))
    assert not AuditEntry.objects.filter(action="core.export").exists()
    for response in (
        clerk.get(reverse("import-problems", args=[batch.pk])),
        clerk.post(original, {"reason": "核对原始名单"}),
    ):
        assert response["Content-Disposition"].startswith("attachment")
        content = b"".join(response.streaming_content)
        assert content
    assert content == (tmp_path / "a.csv").read_bytes(), "what was uploaded, byte for byte"
    assert content not in (Path(settings.DATA_DIR) / batch.file).read_bytes()
    reasons = AuditEntry.objects.filter(action="core.export").order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["", "核对原始名单"]


def test_files_lie_outside_the_web_root_and_go_after_seven_days(clerk, tmp_path):
    batch = checked(clerk, [firm(1)], tmp_path / "a.csv")
    kept = Path(settings.DATA_DIR) / batch.file
    assert kept.is_file()
    ImportBatch.objects.update(created_at="2026-01-01T00:00:00Z")
    Job.objects.create(kind="import.erase")
    work()
    batch.refresh_from_db()
    assert not kept.exists()
    assert (batch.file, batch.heads) == ("", {})
    assert not StagedRow.objects.exists()
    assert "7 天后" in said(clerk.get(reverse("import", args=[batch.pk])))


def test_only_the_uploader_confirms(clerk, city, tmp_path):
    batch = checked(clerk, [firm(1)], tmp_path / "a.csv")
    colleague = account("colleague", PASSWORD, name="同事", must_change_password=False)
    Appointment.objects.create(user=colleague, role="DEPARTMENT", node=city["CZ"], since=LONG_AGO)
    clerk.force_login(colleague)
    assert "由上传人 陈市 确认写入" in said(clerk.get(reverse("import", args=[batch.pk])))
    clerk.post(reverse("import", args=[batch.pk]))
    assert not Job.objects.filter(kind=jobs.APPLY).exists()


@pytest.mark.parametrize("name", ["import", "import-columns", "import-problems", "import-file", "import-undo"])
def test_a_batch_of_another_district_does_not_exist(clerk, city, tmp_path, name):
    batch = checked(clerk, [firm(1)], tmp_path / "a.csv")
    clerk.force_login(city.user("stranger"))
    assert clerk.get(reverse(name, args=[batch.pk])).status_code == 404


@pytest.mark.parametrize("who", ["secretary", "leader", "instructor", "sysadmin", "security", "auditor"])
def test_people_without_the_duty_do_not_import(client, city, who):
    client.force_login(city.user(who))
    for name in ("imports", "import-new"):
        assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("import-progress", args=[1])).status_code == 403


def test_the_progress_asks_again_while_there_is_work_and_then_sends_the_browser_on(clerk, tmp_path):
    upload(clerk, [firm(1)], tmp_path / "a.csv")
    batch = ImportBatch.objects.get()
    where = reverse("import-progress", args=[batch.pk])
    assert "load delay:1s" in said(clerk.get(where))
    work()
    assert clerk.get(where)["HX-Redirect"] == reverse("import", args=[batch.pk])


def test_the_history_lists_batches_with_their_counts(clerk, tmp_path):
    written(clerk, [firm(1), firm(2)], tmp_path / "九月名单.csv")
    page = said(clerk.get(reverse("imports")))
    assert "九月名单.csv" in page
    assert "已写入" in page
    assert "陈市" in page


def test_columns_can_be_assigned_anew_from_the_preview(clerk, tmp_path):
    batch = checked(clerk, [firm(1), firm(2)], tmp_path / "a.csv")
    assert reverse("import-columns", args=[batch.pk]) in said(clerk.get(reverse("import", args=[batch.pk])))
    form = columns_form(clerk, batch, **{"field-0-13": ""})
    clerk.post(reverse("import-columns", args=[batch.pk]), form)
    work()
    clerk.post(reverse("import", args=[batch.pk]))
    work()
    assert list(Organization.objects.values_list("staff", flat=True)) == [None, None]
    assert Organization.objects.first().other_columns == {"市场监管登记名单·从业人数": "60"}


def test_watching_the_progress_does_not_keep_a_session_alive(clerk, tmp_path):
    upload(clerk, [firm(1)], tmp_path / "a.csv")
    session = clerk.session
    session["seen"] -= 300
    session.save()
    seen = session["seen"]
    clerk.get(reverse("import-progress", args=[ImportBatch.objects.get().pk]))
    assert clerk.session["seen"] == seen
    clerk.get(reverse("imports"))
    assert clerk.session["seen"] > seen


def test_a_batch_whose_columns_nobody_can_read_says_so_and_offers_another_file(clerk):
    content = ("," * 1_500 + "\n").encode()
    given = {"source": "market", "as_of": "2026-11-20", "file": SimpleUploadedFile("宽.csv", content)}
    clerk.post(reverse("import-new"), given)
    work()
    page = said(clerk.get(reverse("import", args=[ImportBatch.objects.get().pk])))
    assert "超过 1,000 列" in page
    assert "重新选择文件" in page
