"""New keys take the place of all old ones: of columns, digests, the trail and its seals, staged rows and kept files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from core import audit, files, sealing
from core.crypto import blind_index
from core.fields import BlindIndexField, CodeDigestField, EncryptedTextField
from core.importing.kept_answers import answer, keep, settle_known
from core.importing.targets import Merge
from core.jobs import Progress
from core.models import AuditEntry, AuditSeal, ColumnMapping, ImportBatch, KeptAnswer, StagedRow
from core.rotation import rotate
from members.filters import MemberFilters
from members.models import Member
from members.services.members import NumberTaken, require_free_number
from tests.dump import rows_of_everything
from tests.members.test_services import FEMALE, register
from tests.people import City
from tests.trail import OTHER_KEY, execute

NOW = timezone.now()
PHONE = "13812345678"


@pytest.fixture
def kept(city: City, tmp_path: Path, django_capture_on_commit_callbacks) -> Member:
    """Something of everything that hangs on a key, and a sealed trail."""
    member = register(city, values={"phone": PHONE})
    batch = ImportBatch.objects.create(
        source="members", file_name="名册.csv", sha256="0" * 64, as_of=date(2026, 11, 1), node_id=1, path="",
        heads={"名册": [[1, ["姓名", PHONE]]]}, created_by=city.user("city"), file="imports/kept",
    )  # fmt: skip
    (tmp_path / "list.csv").write_text(f"姓名,电话\n林若水,{PHONE}\n")
    with (tmp_path / "list.csv").open("rb") as content:
        files.keep(content, batch.file)
    StagedRow.objects.create(batch=batch, sheet=0, number=2, cells=["林若水", PHONE], values={"phone": PHONE})
    ColumnMapping.objects.create(source="members", header="手机一", field="phone")
    keep(source="members", answers=[answer(member.pk, "phone", "13900005678")])
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal(at=NOW + timedelta(hours=2))
    return member


def test_after_a_change_of_keys_nothing_needs_the_old_one(kept: Member, city: City, settings: Settings) -> None:
    old, head = settings.FIELD_KEYS, AuditSeal.objects.get().digest
    settings.FIELD_KEYS = {"new": OTHER_KEY, **old}
    assert rotate(by=city.user("sysadmin"), progress=Progress())
    assert rotate(by=None, progress=Progress()) == 0, "a second run finds nothing to do"
    settings.FIELD_KEYS = {"new": OTHER_KEY}
    assert "demo:" not in rows_of_everything()
    member = Member.objects.get()
    assert (member.phone, member.id_number, member.id_digest) == (PHONE, FEMALE, blind_index(FEMALE))
    with pytest.raises(NumberTaken):
        require_free_number(by=city.user("city"), id_number=FEMALE)
    row = StagedRow.objects.get()
    assert (row.cells, row.values) == (["林若水", PHONE], {"phone": PHONE})
    assert ImportBatch.objects.get().heads["名册"] == [[1, ["姓名", PHONE]]]
    assert ColumnMapping.objects.get().header == "手机一"
    with files.opened("imports/kept") as path:
        assert PHONE in path.read_text()
    entry = AuditEntry.objects.get(action="members.register")
    assert audit.opened(Member._meta.get_field("phone"), entry.changes["phone"][1], member.pk) == PHONE
    merge = Merge(conflicts={"phone": [PHONE, "13900005678"]})
    settle_known(source="members", merges={member.pk: merge})
    assert merge.conflicts == {}, "what a clerk decided still stands"
    assert sealing.verify().problems == []
    rotated = AuditEntry.objects.filter(action="core.rotate").order_by("pk").first()
    assert rotated.user == city.user("sysadmin")
    assert rotated.changes["head"] == [head, AuditSeal.objects.get().digest]


def test_while_keys_are_changed_values_are_found_by_their_old_digests(
    kept: Member, city: City, settings: Settings, rf
) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    with pytest.raises(NumberTaken):
        require_free_number(by=city.user("city"), id_number=FEMALE)
    request = rf.get("/", {"q": FEMALE})
    request.scope = city.scope("city")
    assert list(MemberFilters(request.GET, Member.objects.all(), request=request).qs) == [kept]


def test_every_column_with_a_ciphertext_or_a_digest_is_of_a_field_that_is_rotated() -> None:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, BlindIndexField):
                assert isinstance(model._meta.get_field(field.of), EncryptedTextField), field
    digests = {f"{KeptAnswer._meta.label}.digest", f"{Member._meta.label}.id_digest"}
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    assert {f"{f.model._meta.label}.{f.name}" for f in fields if isinstance(f, BlindIndexField)} == digests
    codes = {f"{f.model._meta.label}.{f.name}" for f in fields if isinstance(f, CodeDigestField)}
    assert codes == {"evaluations.SurveyTicket.digest"}, "cannot be made anew: the command keeps their key"


def test_a_missing_key_stops_the_rotation_with_a_sentence(kept: Member, settings: Settings) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_member SET phone = '2|gone:AAAA'")
    with pytest.raises(CommandError, match="缺少密钥“gone”"):
        call_command("rotate_keys")


def test_a_trail_that_does_not_hold_stops_the_rotation_with_a_sentence(kept: Member, settings: Settings) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY, **settings.FIELD_KEYS}
    execute("UPDATE core_auditentry SET reason = '别的'")
    with pytest.raises(CommandError, match="没有更换密钥"):
        call_command("rotate_keys")


def test_the_command_says_which_keys_may_go(
    kept: Member, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.FIELD_KEYS = {"new": OTHER_KEY, "old": OTHER_KEY, **settings.FIELD_KEYS}
    call_command("rotate_keys")
    assert "移除：old、demo" in capsys.readouterr().out
