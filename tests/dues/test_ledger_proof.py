"""Whoever changes, removes or adds a line of a ledger outside the product is found, and the line is named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from core import crypto, proof
from core.jobs import Progress
from core.models import Job
from core.nightly import _prove
from core.refusals import Refusal
from core.rotation import rotate
from dues.models import Entry
from tests.ledger import book
from tests.people import City
from tests.trail import OTHER_KEY, execute

NAME = "中共澄州明川电子有限公司支部委员会 党费台账第 2 号"
COPY = (
    "INSERT INTO dues_entry (party_organization_id, book, number, day, kind, amount, balance, text, entered_at) "
    "SELECT party_organization_id, book, 9, day, kind, amount, balance, text, entered_at FROM dues_entry WHERE number = 2"
)


@pytest.fixture
def lines(city: City) -> list[Entry]:
    return [book(city, amount) for amount in ("10", "20.50", "30")]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE dues_entry SET amount = 20.51 WHERE number = 2", [f"台账“{NAME}”被改动，或不是由本系统登记"]),
        ("UPDATE dues_entry SET text = '别的' WHERE number = 2", [f"台账“{NAME}”被改动，或不是由本系统登记"]),
        ("UPDATE dues_entry SET day = '2026-01-01' WHERE number = 2", [f"台账“{NAME}”被改动，或不是由本系统登记"]),
        ("DELETE FROM dues_entry WHERE number = 2", [f"台账“{NAME}”已被删除"]),
        (COPY, [f"台账“{NAME.replace('2', '9')}”被改动，或不是由本系统登记"]),
        ("UPDATE dues_entry SET text = text", []),
    ],
)
def test_each_line_that_was_touched_is_named_and_no_other(lines: list[Entry], statement: str, found: list[str]) -> None:
    assert list(proof.differences()) == []
    execute(statement)
    assert list(proof.differences()) == found


def test_a_line_with_an_entry_of_its_own_in_the_trail_is_found_too(lines: list[Entry]) -> None:
    """Who has no key signs nothing: neither a proof of another line nor a digest made by hand is one."""
    execute(COPY)
    execute(
        "INSERT INTO core_auditentry (at, user_name, action, model, object_id, label, path, changes, reason, address) "
        "SELECT at, user_name, action, model, (SELECT CAST(max(id) AS varchar(40)) FROM dues_entry), label, path, changes,"
        " reason, address FROM core_auditentry WHERE model = 'dues.entry' AND object_id = %s",
        str(lines[1].pk),
    )
    assert list(proof.differences()) == [f"台账“{NAME.replace('2', '9')}”被改动，或不是由本系统登记"]


def test_the_command_and_the_night_say_so(lines: list[Entry], settings: Settings) -> None:
    call_command("audit_verify")
    assert _prove(Job(), Progress()) == {}
    execute("UPDATE dues_entry SET amount = 99 WHERE number = 2")
    with pytest.raises(CommandError, match="第 2 号”被改动"):
        call_command("audit_verify")
    with pytest.raises(Refusal, match=r"第 2 号”被改动，或不是由本系统登记；.*。请不要重启"):
        _prove(Job(), Progress())


def test_so_many_are_named_and_the_others_counted(
    lines: list[Entry], city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "NAMED", 1)
    monkeypatch.setattr(proof, "CHUNK", 2)
    execute("UPDATE dues_entry SET amount = amount + 1")
    assert list(proof.differences()) == [
        f"台账“{NAME.replace('2', '1')}”被改动，或不是由本系统登记", "台账另有 2 条被改动，或不是由本系统登记",
    ]  # fmt: skip
    execute("DELETE FROM dues_entry")
    assert len(list(proof.differences())) == 2


def test_new_keys_sign_the_proofs_anew_and_bless_nothing(lines: list[Entry], settings: Settings) -> None:
    execute("UPDATE dues_entry SET amount = 99 WHERE number = 2")
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    assert rotate(by=None, progress=Progress())
    settings.FIELD_KEYS = {"new": OTHER_KEY}
    assert list(proof.differences()) == [f"台账“{NAME}”被改动，或不是由本系统登记"]
    assert Entry.objects.get(number=1).amount == Decimal(10)


def test_without_the_key_nothing_is_said_to_be_changed_and_nothing_is_signed_anew(
    lines: list[Entry], settings: Settings
) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY}
    crypto._derived_key.cache_clear()  # another process, which never had it
    found = list(proof.differences())
    assert found == [f"台账“{one}”无法核对：缺少密钥“demo”，请检查环境变量 FIELD_KEYS" for one in lines]
    with pytest.raises(CommandError, match="缺少密钥“demo”"):
        call_command("rotate_keys")
