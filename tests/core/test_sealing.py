"""A sealed trail shows whatever was changed, taken away or slipped in afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from core import audit, crypto, sealing
from core.jobs import Progress, job_kinds
from core.models import AuditEntry, AuditSeal, Job
from core.rotation import rotate
from tests.people import City
from tests.trail import NOW, OTHER_KEY, Committing, execute


def test_an_untouched_trail_is_found_whole(trail: list[int]) -> None:
    checked = sealing.verify()
    assert (checked.seals, checked.entries, checked.unsealed, checked.problems) == (3, 12, 0, [])


def _change_reason(ids: list[int]) -> None:
    execute("UPDATE core_auditentry SET reason = 'x' WHERE id = %s", ids[7])


def _change_person(ids: list[int]) -> None:
    execute("UPDATE core_auditentry SET user_name = '别人' WHERE id = %s", ids[7])


def _change_value(ids: list[int]) -> None:
    execute("""UPDATE core_auditentry SET changes = '{"n": [0, 99]}' WHERE id = %s""", ids[7])


def _take_away(ids: list[int]) -> None:
    execute("DELETE FROM core_auditentry WHERE id = %s", ids[7])


def _swap(ids: list[int]) -> None:
    execute("UPDATE core_auditentry SET id = -1 WHERE id = %s", ids[7])
    execute("UPDATE core_auditentry SET id = %s WHERE id = %s", ids[7], ids[8])
    execute("UPDATE core_auditentry SET id = %s WHERE id = -1", ids[8])


@pytest.mark.parametrize("tamper", [_change_reason, _change_person, _change_value, _take_away, _swap])
def test_tampering_is_found_and_placed(trail: list[int], tamper: Callable[[list[int]], None]) -> None:
    tamper(trail)
    (problem,) = sealing.verify().problems
    assert f"第 {trail[5]}–{trail[9]} 条之间" in problem


def test_an_entry_slipped_in_is_found(trail: list[int]) -> None:
    execute("DELETE FROM core_auditentry WHERE id = %s", trail[7])
    AuditEntry.objects.bulk_create(
        [AuditEntry(pk=trail[7], at=NOW, user_name="别人", action="members.change", model="", label="")]
    )
    assert sealing.verify().problems


def test_a_seal_made_anew_without_the_key_is_found(trail: list[int]) -> None:
    execute("UPDATE core_auditseal SET digest = %s WHERE last_id = %s", "0" * 64, trail[9])
    assert len(sealing.verify().problems) == 3, "the seal itself, the one that stands on it, and the log outside"


def test_a_trail_cut_off_at_its_end_is_found_by_the_digest_written_down(
    trail: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("audit_verify")
    anchor = capsys.readouterr().out.strip().rpartition("：")[2]
    call_command("audit_verify", "--anchor", anchor)
    execute("DELETE FROM core_auditseal WHERE last_id > %s", trail[9])
    execute("DELETE FROM core_auditentry WHERE id > %s", trail[9])
    with pytest.raises(CommandError, match="不在数据库中，末尾可能被截去"):
        call_command("audit_verify")
    with pytest.raises(CommandError, match="末尾可能被截去"):
        call_command("audit_verify", "--anchor", anchor)


def test_where_no_seal_fits_the_keys_are_asked_about_first(trail: list[int], settings: Settings) -> None:
    """A backup that is restored beside other keys is no forgery."""
    settings.FIELD_KEYS = {"demo": OTHER_KEY}
    crypto._derived_key.cache_clear()
    problems = sealing.verify().problems
    crypto._derived_key.cache_clear()
    assert (len(problems), problems[-1]) == (AuditSeal.objects.count() + 1, sealing.OTHER_KEY)


def test_the_command_names_the_place_and_fails(trail: list[int]) -> None:
    _take_away(trail)
    with pytest.raises(CommandError, match="少了 1 条"):
        call_command("audit_verify")


def test_entries_that_may_still_be_overtaken_wait(trail: list[int], city: City) -> None:
    young = {"by": None, "action": "party.change", "target": city["CZ"]}
    audit.record(**young, at=NOW - timedelta(hours=2))
    audit.record(**young, at=NOW - timedelta(minutes=59))
    audit.record(**young, at=NOW - timedelta(hours=3))
    assert sealing.seal(at=NOW).unsealed == 2, "not the old one either that came after a young one"
    assert sealing.seal(at=NOW).unsealed == 2
    assert sealing.seal(at=NOW + timedelta(minutes=2)).unsealed == 0
    assert sealing.verify().problems == []


def test_an_entry_of_the_future_stops_no_seal(trail: list[int], city: City) -> None:
    about = {"by": None, "action": "party.change", "target": city["CZ"]}
    audit.record(**about, at=NOW + timedelta(days=400))  # the clock was wrong for a while
    assert sealing.seal(at=NOW).unsealed == 1, "whether all before it is there cannot be told yet"
    audit.record(**about, at=NOW - timedelta(hours=2))
    assert sealing.seal(at=NOW).unsealed == 0
    assert sealing.verify().problems == []


def test_the_trail_is_sealed_every_night(trail: list[int], city: City) -> None:
    audit.record(by=None, action="party.change", target=city["CZ"], at=NOW - timedelta(hours=2))
    kind = job_kinds["core.seal"]
    assert kind.daily
    told = kind.run(Job(), Progress())
    assert told == {"seals": 4, "entries": 13, "unsealed": 0, "head": sealing.verify().last_digest}


def test_new_keys_leave_the_chain_whole(
    trail: list[int], settings: Settings, django_capture_on_commit_callbacks: Committing
) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    with django_capture_on_commit_callbacks(execute=True):
        rotate(by=None, progress=Progress())
    assert sealing.verify().problems == []


def test_seals_are_counted(trail: list[int]) -> None:
    assert list(AuditSeal.objects.order_by("last_id").values_list("entries", flat=True)) == [5, 5, 2]
