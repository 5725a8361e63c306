"""Telephones in lists of organizations are personal (rules §10): staged as ciphertext, shown masked, compared as they are."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from django.test import Client

from core.importing import services
from core.importing.reports import error_workbook, problem_list
from core.importing.wording import Teller
from core.models import AuditEntry, ImportBatch
from orgs.models import Organization
from tests.lists import MARKET, Road, counts, credit_code, firm
from tests.people import City

COLUMNS = (*MARKET, "联系电话")
PHONE, OTHER = "13800001234", "13900005678"


def at_rest(batch: ImportBatch) -> str:
    """All that staging holds of the rows."""
    rows = batch.rows.values_list("cells", "values", "extras", "changes", "conflicts")
    return json.dumps(list(rows), ensure_ascii=False)


@pytest.fixture
def sent(road: Road) -> ImportBatch:
    """A list of one firm with its telephone."""
    return road.send([firm(1, 联系电话=PHONE)], columns=COLUMNS)


def test_a_telephone_is_staged_as_ciphertext_and_arrives_whole(sent: ImportBatch) -> None:
    assert Organization.objects.get().contact_phone == PHONE
    assert PHONE not in at_rest(sent)
    assert PHONE not in json.dumps(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_a_change_is_told_masked_and_the_same_again_is_unchanged(road: Road, sent: ImportBatch) -> None:
    batch = road.stage([firm(1, 联系电话=OTHER)], columns=COLUMNS)
    assert services.compare(batch) == counts(rows=1, changed=1)
    assert OTHER not in at_rest(batch)
    (line,) = Teller(batch).lines(list(batch.rows.all()))
    assert [(c.label, c.old, c.new) for c in line.changes] == [("联系电话", "*******1234", "*******5678")]
    assert road.preview([firm(1, 联系电话=PHONE)], columns=COLUMNS) == counts(rows=1, unchanged=1)


def test_a_conflict_waits_as_ciphertext_and_can_be_settled(
    city: City, client: Client, road: Road, sent: ImportBatch
) -> None:
    batch = road.send([firm(1, 联系电话=OTHER)], "tax", columns=COLUMNS)
    assert batch.counts["conflicts"] == 1
    assert OTHER not in at_rest(batch)
    client.force_login(city.user("city"))
    where = f"/imports/{batch.pk}/conflicts/"
    assert "*******5678" in client.get(where).content.decode()
    client.post(where, {"do": "take", "picked": [f"{batch.rows.get().pk}:contact_phone"]})
    assert Organization.objects.get().contact_phone == OTHER


def test_the_error_workbook_gives_the_clerk_the_own_cell_back(road: Road) -> None:
    batch = road.stage([firm(1, 联系电话=PHONE, 从业人数=-5)], columns=COLUMNS)
    services.compare(batch)
    written = io.BytesIO()
    error_workbook(batch, written)
    header, row = openpyxl.load_workbook(written).active.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["联系电话"] == PHONE


def test_a_cell_that_looks_sealed_is_a_cell(road: Road) -> None:
    batch = road.stage([firm(1, 从业人数="2|demo:abcd", 联系电话="2|demo:abcd")], columns=COLUMNS)
    services.apply(batch)
    assert [one["value"] for one in problem_list(batch)] == ["2|demo:abcd"]
    unit = Organization.objects.get(credit_code=credit_code(1))
    assert unit.contact_phone == "2|demo:abcd"
