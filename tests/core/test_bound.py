"""A ciphertext opens in its own row, column and model and nowhere else; the trail's only in the trail."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models

from core import audit
from core.crypto import Undecipherable, current_key_id, decrypt_unbound, encrypt
from core.fields import EncryptedJSONField, EncryptedTextField
from core.migrations import _binding
from core.models import AuditEntry, ImportBatch, StagedRow
from instructors.models import Instructor
from members.models import Member
from tests.people import LONG_AGO, City

PHONE = "13812345678"
ENCRYPTED = [
    field
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if isinstance(field, EncryptedTextField)
]


def stored(model: type[models.Model], column: str, pk: int) -> str:
    """The text that the database holds."""
    return str(model._base_manager.filter(pk=pk).values_list(column, flat=True).get())


def put(model: type[models.Model], column: str, pk: int, text: str) -> None:
    """What somebody with the database's password could do."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [text, pk])


def test_a_ciphertext_of_one_field_opens_in_no_other_and_in_no_other_row() -> None:
    assert len(ENCRYPTED) > 15
    for field in ENCRYPTED:
        (ciphertext,) = field.encrypted_column([{"x": 1} if isinstance(field, EncryptedJSONField) else "1.00"], [7])
        assert field.opened(ciphertext, 7)
        for other in ENCRYPTED:
            with pytest.raises(Undecipherable):
                other.opened(ciphertext, 8 if other is field else 7)


@pytest.mark.parametrize("place", ["row", "column", "model", "trail"])
def test_what_is_pasted_from_elsewhere_is_not_read(city: City, place: str) -> None:
    victim, attacker = city.member(phone=PHONE), city.member(phone="13900000000")
    audit.record(
        by=None, action="members.change", target=attacker,
        changes=audit.difference({}, audit.snapshot(victim, ["phone"])),
    )  # fmt: skip
    text, target, column = stored(Member, "phone", victim.pk), attacker, "phone"
    if place == "column":
        target, column = victim, "id_number"
    elif place == "model":
        target = Instructor.objects.create(
            pk=victim.pk, name="吴", source="OTHER", sent_by=city["CZ111"], since=LONG_AGO
        )
    elif place == "trail":
        text, target = AuditEntry.objects.latest("pk").changes["phone"][1]["cipher"], victim
    put(type(target), column, target.pk, text)
    found = type(target)._base_manager.get(pk=target.pk)
    with pytest.raises(Undecipherable):
        getattr(found, column)


def test_an_entry_of_the_trail_does_not_open_for_another_record(city: City) -> None:
    one, other = city.member(phone=PHONE), city.member()
    field = Member._meta.get_field("phone")
    ciphertext = audit.snapshot(one, ["phone"])["phone"]
    assert audit.opened(field, ciphertext, one.pk) == PHONE
    for key, column in ((other.pk, field), (one.pk, Member._meta.get_field("id_number"))):
        with pytest.raises(Undecipherable):
            audit.opened(column, ciphertext, key)


def test_what_is_bound_to_nothing_is_refused_and_a_migration_binds_it(city: City) -> None:
    member = city.member(phone=PHONE)
    unbound = _binding.encrypted(PHONE)
    put(Member, "phone", member.pk, unbound)
    with pytest.raises(Undecipherable, match="migrate"):
        _ = Member.objects.get(pk=member.pk).phone
    operation = _binding.ciphertexts("members.member", "phone")
    operation.code(apps, None)
    assert Member.objects.get(pk=member.pk).phone == PHONE
    operation.reverse_code(apps, None)
    back = stored(Member, "phone", member.pk)
    assert back.startswith(f"{current_key_id()}:")
    assert decrypt_unbound(back) == PHONE


def test_unmapped_columns_of_the_landed_version_are_read_without_their_numbers(city: City) -> None:
    unit = city.organization()
    columns = {"名单·备注": f"联系{PHONE}", "名单·财务电话": "88886666", "名单·备用": "99010219851224002X"}
    put(type(unit), "other_columns", unit.pk, json.dumps(columns, ensure_ascii=False))
    migration = import_module("orgs.migrations.0006_bound_ciphertexts")
    operation = _binding.plain_data("orgs.organization", "other_columns", migration.without_numbers)
    operation.code(apps, None)
    assert type(unit).objects.get().other_columns == {
        "名单·备注": "联系*******5678",
        "名单·备用": f"{'*' * 14}002X",
    }


def test_staged_rows_of_the_landed_version_are_read(city: City) -> None:
    batch = ImportBatch.objects.create(
        source="members", file_name="a.csv", sha256="0" * 64, as_of=LONG_AGO, node_id=1, path="",
        created_by=city.user("city"),
    )  # fmt: skip
    row = StagedRow.objects.create(batch=batch, sheet=0, number=2)
    put(StagedRow, "cells", row.pk, json.dumps(["林若水", f"sealed|{_binding.encrypted(PHONE)}", 7]))
    _binding.plain_data("core.stagedrow", "cells").code(apps, None)
    assert StagedRow.objects.get().cells == ["林若水", PHONE, 7]


def test_a_value_without_a_row_is_not_written(city: City) -> None:
    city.member()
    with pytest.raises(TypeError, match="encrypted for its row"):
        Member.objects.update(phone=PHONE)
    with pytest.raises(TypeError, match="needs its number"):
        Member.objects.bulk_create(
            [Member(name="王", party_organization=city["CZ1111"], since="2020-01-01", phone=PHONE)]
        )


def test_the_same_text_is_never_the_same_ciphertext() -> None:
    assert encrypt(PHONE, "a") != encrypt(PHONE, "a")
