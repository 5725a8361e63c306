"""The heads of the chain stand outside the database too, and nothing is sealed on top of what does not fit them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core import append_only, audit, seal_log, sealing
from core.crypto import chain_digest
from core.jobs import Progress, job_kinds
from core.jobs import run as run_job
from core.models import AuditEntry, AuditSeal, Job
from core.refusals import Refusal
from core.rotation import rotate
from members.models import Member
from tests.people import City
from tests.trail import NOW, OTHER_KEY, Committing, execute

TOMORROW = NOW + timedelta(days=1)


def lines() -> list[dict]:
    return [json.loads(text) for text in settings.SEAL_LOG.read_text().splitlines() if text]


def entry(city: City) -> AuditEntry:
    return audit.record(by=None, action="party.change", target=city["CZ"], at=NOW - timedelta(hours=2))


def forge_with_the_keys() -> None:
    """Take all seals away and make them anew over what was changed, with everything that the server has."""
    execute("DELETE FROM core_auditseal")
    log = settings.SEAL_LOG.read_bytes()
    settings.SEAL_LOG.unlink()
    sealing.seal(at=NOW)
    settings.SEAL_LOG.write_bytes(log)


def test_every_seal_is_told_outside_and_the_head_before_the_first(trail: list[int]) -> None:
    kept = list(AuditSeal.objects.order_by("last_id").values_list("last_id", "digest"))
    assert [(one["last_id"], one["digest"]) for one in lines()] == [(0, ""), *kept]
    assert settings.SEAL_LOG.stat().st_mode & 0o777 == 0o600


def test_a_chain_that_was_signed_again_is_found_and_not_built_upon(trail: list[int], city: City) -> None:
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", trail[7])
    forge_with_the_keys()
    entry(city)
    (problem,) = sealing.verify().problems
    assert "封存可能被重做" in problem
    seals = AuditSeal.objects.count()
    with pytest.raises(Refusal, match="先由审计管理员抄录"):
        sealing.seal(at=TOMORROW)
    assert AuditSeal.objects.count() == seals


def test_the_nightly_job_signs_no_forgery_and_ends_with_its_sentence(trail: list[int], city: City) -> None:
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", trail[7])
    execute("DELETE FROM core_auditseal")  # so that the night makes them anew
    job = Job.objects.create(kind="core.seal", day=NOW.date(), status=Job.Status.RUNNING, worker="w")
    run_job(job)
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "不在数据库中" in job.error
    assert not AuditSeal.objects.exists()
    assert job_kinds["core.seal"].daily


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE core_auditseal SET entries = entries, sealed_at = '2020-01-01T00:00:00Z' WHERE last_id = %s", 9),
        ("UPDATE core_auditseal SET first_id = first_id - 1 WHERE last_id = %s", 9),
        ("UPDATE core_auditseal SET version = 1 WHERE last_id = %s", 9),
        ("UPDATE core_auditseal SET \"key\" = '' WHERE last_id = %s", 9),
    ],
)
def test_what_a_seal_says_of_itself_is_covered(trail: list[int], statement: str, place: int) -> None:
    execute(statement, trail[place])
    assert len(sealing.verify().problems) == 1


def test_a_ciphertext_put_in_place_of_another_is_found(trail: list[int]) -> None:
    changes = AuditEntry.objects.get(pk=trail[6]).changes
    changes["phone"][1]["cipher"] = audit.encrypted(Member._meta.get_field("phone"), "13912345678", 1)["cipher"]
    execute("UPDATE core_auditentry SET changes = %s WHERE id = %s", json.dumps(changes), trail[6])
    (problem,) = sealing.verify().problems
    assert "有内容被改动" in problem


def test_seals_of_the_landed_version_hold_and_new_ones_stand_on_them(
    trail: list[int],
    city: City,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    execute("DELETE FROM core_auditseal")
    settings.SEAL_LOG.unlink()
    entries = AuditEntry.objects.filter(pk__lte=trail[4])
    digest = chain_digest("", sealing._texts(entries, sealing._by_digest))
    AuditSeal.objects.create(first_id=trail[0], last_id=trail[4], entries=5, digest=digest, sealed_at=NOW)
    assert sealing.verify().problems == []
    with django_capture_on_commit_callbacks(execute=True):
        assert sealing.seal(at=NOW).seals == 3
    assert sealing.verify().problems == []
    assert [one["last_id"] for one in lines()] == [trail[4], trail[9], trail[11]]


def test_a_night_that_was_killed_before_it_told_the_log_is_told_by_the_next(
    trail: list[int],
    city: City,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    entry(city)
    sealing.seal(at=NOW)  # the commit is there, its end is not
    settings.SEAL_LOG.write_text(settings.SEAL_LOG.read_text() + '{"what": "seal')  # or only half of it
    assert sealing.verify().problems == []
    entry(city)
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal(at=TOMORROW)
    assert seal_log.read().heads.keys() >= set(AuditSeal.objects.values_list("last_id", flat=True))
    assert sealing.verify().problems == []


def test_without_the_log_nothing_is_sealed(trail: list[int]) -> None:
    settings.SEAL_LOG.unlink()
    with pytest.raises(Refusal, match="封存日志不见了"):
        sealing.seal(at=TOMORROW)


def test_a_difference_that_a_person_looked_into_is_accepted_and_only_that(
    trail: list[int],
    city: City,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", trail[7])
    settings.SEAL_LOG.unlink()
    with pytest.raises(CommandError, match="由谁查清"):
        call_command("audit_verify", "--accept", "恢复备份")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("audit_verify", "--accept", "恢复 11 月 1 日的备份", "--by", "auditor")
    told = AuditEntry.objects.get(action="core.seal_accept")
    assert (told.user, told.reason) == (city.user("auditor"), "恢复 11 月 1 日的备份")
    assert len(told.changes["problems"][0]) == 2
    assert (sealing.verify().problems, sealing.verify().accepted) == ([], 1)
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal(at=TOMORROW)
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", trail[2])
    (problem,) = sealing.verify().problems
    assert f"第 {trail[0]}–{trail[4]} 条" in problem


def test_new_keys_seal_the_chain_anew_and_both_heads_are_told(
    trail: list[int],
    settings: Committing,
) -> None:
    old = sealing.verify().last_digest
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    rotate(by=None, progress=Progress())
    new = sealing.verify().last_digest
    assert new != old
    assert (lines()[-1]["what"], lines()[-1]["former"], lines()[-1]["digest"]) == ("resealed", old, new)
    assert set(AuditSeal.objects.values_list("version", "key")) == {(sealing.WHOLE, "new")}
    assert sealing.verify().problems == []


def test_a_change_of_keys_that_is_taken_back_leaves_the_old_chain_good(
    trail: list[int],
    settings: Committing,
) -> None:
    keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = {"new": OTHER_KEY, **keys}
    with transaction.atomic():
        rotate(by=None, progress=Progress())
        transaction.set_rollback(True)
    settings.FIELD_KEYS = keys
    assert lines()[-1]["what"] == "resealed"
    assert sealing.verify().problems == []


def test_keys_are_not_changed_over_a_trail_that_does_not_hold(
    trail: list[int],
    settings: Committing,
) -> None:
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", trail[7])
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    with pytest.raises(Refusal, match="没有更换密钥"):
        rotate(by=None, progress=Progress())


def statements() -> list[str]:
    found = [
        f"UPDATE {table} SET {column} = {column}"
        for table, columns in {
            "core_auditentry": ("reason", "changes", "at"),
            "core_auditseal": ("entries", "digest"),
        }.items()
        for column in columns
    ]
    found += [f"DELETE FROM {table}" for table in append_only.TRAIL]
    if connection.vendor == "postgresql":
        found += [f"TRUNCATE {table}" for table in append_only.TRAIL]
    return found


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return append_only.REFUSAL in str(error)
    return False


def test_the_database_lets_the_trail_only_grow(trail: list[int]) -> None:
    connection.check_constraints()  # PostgreSQL empties no table of which it has something to check
    assert [statement for statement in statements() if not refused(statement)] == []


def test_a_change_of_keys_may_write_ciphertexts_and_nothing_else(trail: list[int]) -> None:
    with append_only.rewriting(), connection.cursor() as cursor:
        cursor.execute("UPDATE core_auditentry SET changes = changes")
        cursor.execute("UPDATE core_auditseal SET digest = digest")
        if connection.vendor == "postgresql":
            assert refused("UPDATE core_auditentry SET reason = 'x'")
            assert refused("DELETE FROM core_auditentry")
            assert refused("UPDATE core_auditseal SET entries = 7")
    assert refused("UPDATE core_auditentry SET changes = changes")


def test_what_is_cut_off_by_day_is_found_too(city: City, django_capture_on_commit_callbacks: Committing) -> None:
    """Sealed every hour, not only at night: an owner of the database cuts off what is younger than two hours at most."""
    execute("DELETE FROM core_auditentry")
    for _ in range(2):
        entry(city)
    with django_capture_on_commit_callbacks(execute=True):
        assert sealing.seal_meanwhile(at=NOW).entries == 2
    assert sealing.verify().problems == []
    execute("DELETE FROM core_auditseal")
    execute("DELETE FROM core_auditentry")
    entry(city)
    assert "末尾可能被截去" in sealing.verify().problems[0]
    assert sealing.seal_meanwhile(at=NOW).entries == 0, "nothing is sealed on top of it"
    assert "core.seal_meanwhile" in {kind.code for kind in job_kinds if kind.hourly}


def test_the_head_goes_to_syslog_where_that_is_set(tmp_path: Path) -> None:
    """In a process of its own, since the log is set up at its start."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(10)
        told = {"SEAL_SYSLOG": f"127.0.0.1:{syslog.getsockname()[1]}", "SEAL_LOG": str(tmp_path / "seals.log")}
        program = "import django; django.setup(); from core import seal_log; seal_log.append([{'digest': 'abc'}])"
        environment = {**os.environ, **told, "DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
        assert b'{"digest": "abc"}' in syslog.recv(1_000)
