"""A full disk: who reads goes on reading; what cannot be written says so, keeps what was typed, and goes on by itself."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client

from core import workers
from core.jobs import JobKind, Worker, enqueue, job_kinds
from core.models import ColumnMapping, ImportBatch, Job
from core.workbooks.writing import write_rows
from orgs.models import Organization
from tests.people import PASSWORD, City
from tests.routes import ROUTES
from tests.test_guards import table
from tests.world import World, build_world

WRITES = ("INSERT", "UPDATE", "DELETE", "COPY")
# a key is made to be shown, a book that is fetched leaves a trace
BEGINS_BY_WRITING = {
    "second-factor/",
    "branch/<int:pk>/funds/book/",
    "worklists/<slug:code>/books/all.zip",
    "worklists/<slug:code>/books/<int:pk>.xlsx",
}


@contextmanager
def full_disk() -> Iterator[None]:
    """The database has no room for another row."""

    def refuse(execute: Any, sql: str, *told: Any) -> Any:
        if sql.startswith(WRITES):
            raise OperationalError("database or disk is full") from OSError(errno.ENOSPC, "no space left")
        return execute(sql, *told)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_whoever_reads_goes_on_reading(city: City, client: Client, settings: Any) -> None:
    world: World = build_world(city)
    client.raise_request_exception = False
    for username in ("city", "instructor", "sysadmin", "auditor"):
        client.force_login(city.user(username))
        session = client.session
        session["seen"] = session["began"] = 0  # due to be written with the next page
        settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 10**8, 10**7
        session.save()
        wrong = []
        with full_disk():
            for route, lines in table().items():
                address = "/" + lines[0].address.format(**world.here)
                answer = client.get(address)
                line = next((one for one in lines if username in one.opens), lines[0])
                if answer.status_code != line.expects(username) and route not in BEGINS_BY_WRITING:
                    wrong.append(f"{route}: {answer.status_code} instead of {line.expects(username)}")
        assert wrong == [], username
    assert set(ROUTES) >= BEGINS_BY_WRITING


@pytest.mark.django_db
def test_what_cannot_be_saved_says_so_and_keeps_what_was_typed(city: City, client: Client) -> None:
    unit = city.organization(name="云溪电子厂")
    client.force_login(city.user("city"))
    client.raise_request_exception = False
    address, typed = f"/admin/orgs/organization/{unit.pk}/change/", {"name": "云溪电子厂", "address": "一路\n“二”号"}
    page = client.get(address).context_data["adminform"].form
    typed = {name: str(page[name].value() or "") for name in page.fields} | typed
    with full_disk():
        answer = client.post(address, typed)
    text = answer.content.decode()
    assert answer.status_code == 503
    assert "磁盘已满，这一步没有保存" in text
    assert '<textarea name="address" hidden>\n一路\n“二”号</textarea>' in text
    assert f'action="{address}"' in text
    assert Organization.objects.get().address == ""
    assert client.post(address, typed).status_code == 302
    assert Organization.objects.get().address.splitlines() == ["一路", "“二”号"]


@pytest.mark.django_db
def test_a_password_is_not_repeated(city: City, client: Client) -> None:
    client.raise_request_exception = False
    city.user("city")
    with full_disk():
        answer = client.post("/login/", {"username": "city", "password": "secret-of-mine"})
    assert answer.status_code == 503
    assert "secret-of-mine" not in answer.content.decode()


@pytest.mark.django_db
def test_nobody_signs_in_untold_and_what_is_wrong_is_seen_on_the_server(
    city: City, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sign-in is in the trail, or there is none."""
    settings.DISK_RESERVE_MB = 10**9
    browser, told = Client(raise_request_exception=False), {"username": "sysadmin", "password": PASSWORD}
    with full_disk():
        answer = browser.post("/login/", told)
        assert browser.get("/status/").status_code == 302
        with pytest.raises(CommandError, match="上传和导出已停止；请清理磁盘或扩容"):
            call_command("status")
    assert "可在服务器上用 manage.py status 查看" in answer.content.decode()
    assert "注意\t磁盘空间：数据目录：剩余" in capsys.readouterr().out
    assert browser.post("/login/", told).status_code == 302


@pytest.mark.django_db
def test_an_upload_is_refused_before_it_fills_the_rest(city: City, client: Client, settings: Any) -> None:
    client.force_login(city.user("city"))
    given = {"source": "market", "as_of": "2026-11-01", "extent": ""}
    settings.DISK_RESERVE_MB = 10**9
    answer = client.post("/imports/new/", given | {"file": SimpleUploadedFile("名单.csv", b"x")})
    assert answer.status_code == 503
    assert "暂时不能保存、上传和导出" in answer.content.decode()
    assert not ImportBatch.objects.exists()
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


@pytest.mark.django_db
def test_an_export_is_refused_while_only_the_reserve_is_left(city: City, client: Client, settings: Any) -> None:
    city.organization()
    client.force_login(city.user("city"))
    client.raise_request_exception = False
    settings.DISK_RESERVE_MB = 10**9
    form = "application/x-www-form-urlencoded"  # as a browser sends it: the other kind is refused with the upload
    answer = client.post("/units/?measure=counted", "do=export&reason=核查", content_type=form)
    assert answer.status_code == 503
    assert "磁盘已满" in answer.content.decode()


def test_a_workbook_that_cannot_grow_is_a_failure_and_not_the_end_of_the_process(tmp_path: Path) -> None:
    """In a process of its own, which may write no file of more than 64 KB."""
    program = (
        "import resource, django; django.setup()\n"
        "from pathlib import Path\n"
        "from core.workbooks.writing import write_rows\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))\n"
        "rows = ((str(n) * 9, 'b' * 300 + str(n)) for n in range(20_000))\n"
        f"try: write_rows(Path({str(tmp_path / 'x.xlsx')!r}), sheet='名单', headers=['a', 'b'], rows=rows)\n"
        "except Exception as failure: print(type(failure).__name__)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "OSError\n"
    assert write_rows(tmp_path / "x.xlsx", sheet="名单", headers=["a"], rows=[["b"]]) == 1


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Callable[..., None]:
    """Declares kinds of jobs for one test, and a folder of their own for its workers."""
    monkeypatch.setattr(job_kinds, "_items", {})
    settings.DATA_DIR = tmp_path
    return lambda code, run: job_kinds.add(JobKind(code, "测试任务", "", run))


@pytest.mark.django_db
def test_a_job_without_room_says_what_it_waits_for_lets_others_go_first_and_goes_on_by_itself(
    kind: Callable[..., None], city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [True] * 40

    def write(job: Job, progress: object) -> None:
        ColumnMapping.objects.create(source="tests", header=str(job.pk))
        if full and full.pop():
            raise OSError(errno.ENOSPC, "no space left")

    kind("tests.large", write)
    kind("tests.small", lambda job, progress: None)
    large = enqueue(kind="tests.large", arguments={}, by=city.user("city"))
    small = enqueue(kind="tests.small", arguments={}, by=None)
    client.force_login(city.user("city"))
    with Worker() as worker:
        assert worker.run_next()
        assert worker.run_next()
        assert not worker.run_next(), "it waits for a while before the next attempt"
        small.refresh_from_db()
        assert small.status == "DONE"
        assert "磁盘空间不足，正在等待" in client.get(f"/jobs/{large.pk}/").content.decode()
        monkeypatch.setattr("core.jobs.FULL_SECONDS", -1.0)
        worker._later.clear()
        while worker.run_next():
            pass
        large.refresh_from_db()
        assert (large.status, large.attempts) == ("DONE", 1)
        assert ColumnMapping.objects.count() == 1
        assert workers.living() == [{}]


@pytest.mark.django_db(transaction=True)
def test_a_full_database_makes_the_job_wait_too(kind: Callable[..., None]) -> None:
    kind("tests.large", lambda job, progress: ColumnMapping.objects.create(source="tests", header="x") and None)
    job = enqueue(kind="tests.large", arguments={}, by=None)
    with Worker() as worker:
        with full_disk(), pytest.raises(OperationalError):
            worker.run_next()
        assert "磁盘空间不足" in workers.what_waits(job.pk)
        assert worker.run_next()
        assert workers.what_waits(job.pk) == ""
    job.refresh_from_db()
    assert job.status == "DONE"
