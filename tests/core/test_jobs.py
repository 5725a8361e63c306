"""Background jobs: who runs what, how they end, what the waiting user is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from core.jobs import (
    ATTEMPTS,
    JobKind,
    Progress,
    Worker,
    enqueue,
    enqueue_daily,
    job_kinds,
    progress_of,
)
from core.models import AuditEntry, ColumnMapping, Job
from core.refusals import Refusal
from core.workers import what_waits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Lock and progress files of each test for itself."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Callable[..., JobKind]:
    """Declares a kind of job for one test; the product's own kinds are out of the way."""
    monkeypatch.setattr(job_kinds, "_items", {})

    def declare(run: Callable[..., Any] = lambda job, progress: None, code: str = "tests.job", **more: Any) -> JobKind:
        job_kinds.add(JobKind(code, "测试任务", "", run, **more))
        return job_kinds[code]

    return declare


@pytest.fixture
def worker(folder: Path) -> Iterator[Worker]:
    """A living worker."""
    with Worker() as alive:
        yield alive


def write_then(error: BaseException | None = None) -> Callable[..., dict[str, int]]:
    """Work that leaves a row, and then fails if told so."""

    def work(job: Job, progress: Progress) -> dict[str, int]:
        ColumnMapping.objects.create(source="tests", header=str(job.pk))
        if error:
            raise error
        return {"rows": 1}

    return work


def test_a_job_is_done_with_its_result(kind, worker):
    kind(write_then())
    job = enqueue(kind="tests.job", arguments={"batch": 7}, by=None)
    assert worker.run_next()
    job.refresh_from_db()
    assert (job.status, job.result, job.arguments, job.attempts) == ("DONE", {"rows": 1}, {"batch": 7}, 1)
    assert job.finished_at >= job.started_at
    assert ColumnMapping.objects.filter(source="tests").count() == 1
    assert not worker.run_next()


def test_jobs_run_in_the_order_in_which_they_came(kind, worker):
    seen = []
    kind(lambda job, progress: seen.append(job.pk))
    jobs = [enqueue(kind="tests.job", arguments={}, by=None).pk for _ in range(3)]
    while worker.run_next():
        pass
    assert seen == jobs


def test_an_unknown_kind_cannot_be_enqueued(kind):
    with pytest.raises(KeyError):
        enqueue(kind="tests.nothing", arguments={}, by=None)


def test_a_refusal_is_shown_in_its_own_words_and_leaves_nothing(kind, worker, caplog):
    kind(write_then(Refusal("名单已写入，不能再写一次")))
    job = enqueue(kind="tests.job", arguments={}, by=None)
    worker.run_next()
    job.refresh_from_db()
    assert (job.status, job.error) == ("FAILED", "名单已写入，不能再写一次")
    assert not ColumnMapping.objects.exists()
    assert f"job {job.pk} (tests.job) was refused: /status/ says why" in caplog.text


def test_a_mistake_of_the_program_is_logged_and_named_by_the_number_of_the_job_only(kind, worker, caplog):
    kind(write_then(ZeroDivisionError("张三 110101199003078515")))
    job = enqueue(kind="tests.job", arguments={}, by=None)
    worker.run_next()
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert str(job.pk) in job.error
    assert "张三" not in job.error
    assert "ZeroDivisionError" in caplog.text
    assert not ColumnMapping.objects.exists()


def test_a_job_goes_on_after_the_database_was_away(kind, worker):
    trouble = [OperationalError("server closed the connection")]

    def work(job: Job, progress: Progress) -> None:
        if trouble:
            raise trouble.pop()

    kind(work)
    job = enqueue(kind="tests.job", arguments={}, by=None)
    with pytest.raises(OperationalError):
        worker.run_next()
    assert worker.run_next()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("DONE", 1), "waiting is no attempt"


def test_the_job_of_a_living_worker_is_left_alone(kind, worker):
    kind()
    with Worker() as other:
        Job.objects.create(kind="tests.job", status="RUNNING", worker=other.name)
        assert not worker.run_next()
    assert worker.run_next()


def test_the_job_of_a_worker_that_left_no_trace_is_taken_over(kind, worker):
    kind()
    job = Job.objects.create(kind="tests.job", status="RUNNING", worker="elsewhere-1-00", attempts=1)
    assert worker.run_next()
    job.refresh_from_db()
    assert (job.status, job.worker, job.attempts) == ("DONE", worker.name, 2)


def test_what_a_worker_did_is_undone_when_its_job_was_taken_over_meanwhile(kind, worker):
    def work(job: Job, progress: Progress) -> None:
        write_then()(job, progress)
        Job.objects.filter(pk=job.pk).update(worker="another")

    kind(work)
    job = enqueue(kind="tests.job", arguments={}, by=None)
    worker.run_next()
    job.refresh_from_db()
    assert job.status == "RUNNING"
    assert not ColumnMapping.objects.exists()


def test_a_job_that_takes_its_worker_down_every_time_is_given_up(kind, worker):
    kind(write_then())
    job = Job.objects.create(kind="tests.job", attempts=ATTEMPTS)
    worker.run_next()
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert "不再重试" in job.error
    assert not ColumnMapping.objects.exists()


def test_progress_can_be_read_while_the_job_runs_and_is_gone_afterwards(kind, worker):
    seen = []

    def work(job: Job, progress: Progress) -> None:
        progress.step(31, 50, "写入")
        shown = progress_of(job)
        seen.append((shown.done, shown.total, shown.note, shown.percent))

    kind(work)
    job = enqueue(kind="tests.job", arguments={}, by=None)
    worker.run_next()
    assert seen == [(31, 50, "写入", 62)]
    assert (progress_of(job).done, progress_of(job).percent) == (0, None)


def test_frequent_steps_do_not_write_each_time_but_the_last_one_counts(tmp_path):
    path = tmp_path / "1.json"
    progress = Progress(path)
    progress.step(1, 1000, "读取")
    progress.step(2, 1000, "读取")
    assert '"done": 1,' in path.read_text()
    progress.step(1000, 1000, "读取")
    assert '"done": 1000,' in path.read_text()


def test_work_that_nobody_watches_reports_to_nowhere():
    progress = Progress()
    progress.step(3, 4)
    assert progress.percent == 75


# 2026-11-23 18:00 UTC is 02:00 of the 24th in China
@pytest.mark.parametrize(
    ("moment", "jobs"),
    [
        pytest.param(datetime(2026, 11, 23, 17, 59, tzinfo=UTC), 0, id="before two"),
        pytest.param(datetime(2026, 11, 23, 18, 0, tzinfo=UTC), 1, id="at two"),
        pytest.param(datetime(2026, 11, 24, 15, 59, tzinfo=UTC), 1, id="late in the evening after a day off"),
    ],
)
def test_daily_jobs_begin_at_two_in_the_night(kind, moment, jobs):
    kind(daily=True)
    kind(code="tests.other")
    assert enqueue_daily(now=moment) == bool(jobs)
    assert Job.objects.filter(kind="tests.job").count() == jobs
    assert not Job.objects.filter(kind="tests.other").exists()


def test_daily_jobs_run_once_a_day_however_many_workers_ask(kind, worker):
    seen = []
    kind(lambda job, progress: seen.append(job.day.isoformat()), daily=True)
    for hour in (3, 4, 27):
        enqueue_daily(now=datetime(2026, 11, 24 + hour // 24, hour % 24, tzinfo=UTC))
        while worker.run_next():
            pass
    assert seen == ["2026-11-24", "2026-11-25"]


def test_hourly_jobs_run_every_hour_however_many_workers_ask(kind, worker):
    seen = []
    kind(lambda job, progress: seen.append(job.pk), hourly=True)
    now = timezone.now()
    with Worker() as other:
        for moment in (now, now + timedelta(minutes=59), now + timedelta(minutes=60)):
            for one in (worker, other):
                while one.turn(now=moment):
                    pass
            Job.objects.update(created_at=moment - timedelta(minutes=60))
    assert len(seen) == 2


ENTRY = {"user_name": "", "action": "accounts.sign_in", "model": "", "object_id": "", "label": ""}


@pytest.fixture
def nights(kind, worker):
    """The days whose night has run; a call lets the worker take its turns at a moment."""
    seen = []
    kind(lambda job, progress: seen.append(job.day.isoformat()), daily=True)

    def turn(at: datetime) -> list[str]:
        while worker.turn(now=at):
            pass
        return seen

    return turn


@pytest.mark.parametrize(
    ("days", "runs"),
    [
        pytest.param(2, ["2026-11-24", "2026-11-26"], id="a weekend"),
        pytest.param(14, ["2026-11-24", "2026-12-08"], id="long holidays"),
        pytest.param(15, ["2026-11-24"], id="another month"),
        pytest.param(500, ["2026-11-24"], id="another year"),
    ],
)
def test_a_clock_that_is_ahead_runs_nothing_until_somebody_says_that_it_is_right(nights, city, days, runs):
    """Accounts would be closed and lists erased. People sign in whatever the clock says; a failed sign-in is nobody's."""
    known = datetime(2026, 11, 24, 4, tzinfo=UTC)
    somebody, now = ENTRY | {"user": city.user("city")}, known + timedelta(days=days)
    AuditEntry.objects.create(at=known, **somebody)
    assert nights(known) == ["2026-11-24"]
    AuditEntry.objects.create(at=now, **ENTRY | {"action": "accounts.sign_in_failed"})
    assert nights(now) == ["2026-11-24"]
    assert "时钟" in what_waits(1)
    AuditEntry.objects.create(at=now, **somebody)
    assert nights(now) == runs
    AuditEntry.objects.create(at=now, **somebody | {"action": "core.clock_is_right"})
    assert nights(now) == ["2026-11-24", f"{now:%Y-%m-%d}"]


def test_a_system_that_was_just_set_up_compares_its_clock_with_that(nights, city):
    set_up = datetime(2026, 11, 24, 4, tzinfo=UTC)
    AuditEntry.objects.create(at=set_up, **ENTRY | {"user": city.user("city")})
    assert nights(set_up + timedelta(days=90)) == []
    assert nights(set_up + timedelta(days=1)) == ["2026-11-25"]


def test_what_lies_in_the_future_makes_no_day_plausible(nights, city):
    """Once the clock was wrong, and a night or an entry of then is still there."""
    known = datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert nights(known) == ["2026-11-24"]
    Job.objects.create(kind="tests.job", day=date(2030, 1, 1), status="DONE")
    AuditEntry.objects.create(at=known + timedelta(days=1_200), **ENTRY | {"user": city.user("city")})
    assert nights(known + timedelta(days=400)) == ["2026-11-24"]
    assert nights(known + timedelta(days=1)) == ["2026-11-24", "2026-11-25"]


def test_a_job_in_parts_keeps_no_other_writer_out(transactional_db, kind, worker):
    other = connection.copy()

    def look(job: Job, progress: Progress) -> None:
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO core_columnmapping (source, header, field) VALUES ('tests', 'x', '')")

    kind(look, in_parts=True)
    job = enqueue(kind="tests.job", arguments={}, by=None)
    with other.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50" if connection.vendor == "sqlite" else "SET lock_timeout = '50ms'")
    assert worker.run_next()
    other.close()
    job.refresh_from_db()
    assert job.status == "DONE"


@pytest.mark.parametrize("code", ["import.look", "import.check", "import.foresee"])
def test_looking_at_a_list_is_done_in_parts(code):
    assert job_kinds[code].in_parts


def test_a_worker_that_has_ended_leaves_no_files(kind, folder):
    kind(write_then())
    enqueue(kind="tests.job", arguments={}, by=None)
    with Worker() as worker:
        assert worker.run_next()
        assert len(list((folder / "jobs").iterdir())) == 1, "the lock of the living worker"
    assert not list((folder / "jobs").iterdir())


def test_a_job_of_a_kind_that_no_longer_exists_fails_in_a_sentence(worker):
    job = Job.objects.create(kind="tests.removed")
    worker.run_next()
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert "系统里没有“tests.removed”这种任务" in job.error
