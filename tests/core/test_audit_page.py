"""/audit/ is the audit administrator's: the whole trail, found by person, action, record and day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import audit
from core.models import AuditEntry
from tests.people import City


@pytest.fixture
def trail(city: City) -> City:
    """Three entries on two days by two people."""
    unit = city.organization("明川电子")
    first, second = datetime(2026, 11, 1, 15, 59, tzinfo=UTC), datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
    audit.record(by=city.user("street"), action="organizations.register", target=unit, reason="第一日", at=first)
    audit.record(by=city.user("district"), action="organizations.change", target=unit, reason="第二日", at=second)
    audit.record(by=city.user("district"), action="party.change", target=city["CZ111"], reason="第二日又", at=second)
    return city


def reasons(city: City, client: Client, query: str) -> set[str]:
    client.force_login(city.user("auditor"))
    page = client.get(f"/audit/?{query}").content.decode()
    return {reason for reason in ("第一日", "第二日", "第二日又") if f">{reason}<" in page}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"第一日", "第二日", "第二日又"}),
        ("user=周区", {"第二日", "第二日又"}),
        ("user=STREET", {"第一日"}),
        ("action=organizations.change", {"第二日"}),
        ("model=orgs.partyorganization", {"第二日又"}),
        ("until=2026-11-01", {"第一日"}),
        ("since=2026-11-02&until=2026-11-02", {"第二日", "第二日又"}),
        ("user=没有这人", set()),
    ],
)
def test_entries_are_found_by_who_what_which_and_when(
    trail: City, client: Client, query: str, expected: set[str]
) -> None:
    assert reasons(trail, client, query) == expected


def test_a_record_s_entries_open_from_any_of_its_lines(trail: City, client: Client) -> None:
    unit = AuditEntry.objects.get(reason="第一日").object_id
    query = f"model=orgs.organization&record={unit}"
    assert reasons(trail, client, query) == {"第一日", "第二日"}
    assert f'href="?{query.replace("&", "&amp;")}"' in client.get("/audit/").content.decode()


def test_actions_and_kinds_are_chinese(trail: City, client: Client) -> None:
    client.force_login(trail.user("auditor"))
    page = client.get("/audit/").content.decode()
    assert "登记单位" in page
    assert ">两新组织<" in page
    assert "organizations.register</td>" not in page


def test_only_the_auditor_reads_the_trail(city: City, client: Client) -> None:
    for username in city.people:
        client.force_login(city.user(username))
        assert client.get("/audit/").status_code == (200 if username == "auditor" else 403), username


def test_a_refusal_is_written_down(city: City, client: Client) -> None:
    client.force_login(city.user("leader"))
    client.get("/audit/")
    client.get("/no-such-page/")
    entry = AuditEntry.objects.get(action="core.refused")
    assert (entry.user, entry.label, entry.reason, entry.address) == (
        city.user("leader"),
        "/audit/",
        "403",
        "127.0.0.1",
    )


def test_taking_the_trail_out_is_itself_in_the_trail(trail: City, client: Client) -> None:
    client.force_login(trail.user("auditor"))
    answer = client.post("/audit/", {"do": "export"})
    assert answer.status_code == 200
    entry = AuditEntry.objects.get(action="core.export")
    assert (entry.user, entry.label) == (trail.user("auditor"), "审计记录")


def test_the_page_takes_a_constant_number_of_queries(trail: City, client: Client) -> None:
    client.force_login(trail.user("auditor"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/audit/")
        return len(captured)

    queries()
    few = queries()
    for _ in range(20):
        audit.record(by=trail.user("city"), action="party.change", target=trail["CZ112"])
    assert queries() == few


def test_entries_can_neither_be_changed_nor_deleted(trail: City) -> None:
    entry = AuditEntry.objects.get(reason="第一日")
    for wrong in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(label=""),
    ):
        with pytest.raises(TypeError, match="只能追加"):
            wrong()
