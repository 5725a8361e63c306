"""/audit/ is the audit administrator's: the whole trail, found by person, action, record and day."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import audit, audit_words
from core.jobs import run as run_job
from core.models import AuditEntry, AuditSeal, Job
from tests.people import City
from tests.trail import execute


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


def test_entries_of_one_instant_are_all_shown_once(city: City, client: Client) -> None:
    instant = datetime(2026, 11, 3, 4, 5, 6, 123_457, tzinfo=UTC)  # microseconds, which a cursor may cut
    for number in range(120):
        audit.record(by=None, action="party.change", target=city["CZ"], reason=f"第{number}条", at=instant)
    client.force_login(city.user("auditor"))
    address, shown = "/audit/?since=2026-11-03&until=2026-11-03", []
    while address:
        page = client.get(address).content.decode()
        shown += re.findall(r">第(\d+)条<", page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = html.unescape(following[1]) if following else ""
    assert sorted(map(int, shown)) == list(range(120))
    assert "2026-11-03 12:05:06" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("risk=看明文", {"要看"}), ("risk=授权", {"给了"}), ("address=10.1.2.3", {"给了"}), ("named=澄州", {"给了"})],
)
def test_risky_acts_are_found_at_once(city: City, client: Client, query: str, found: set[str]) -> None:
    audit.record(by=city.user("district"), action="core.reveal", target=city.organization("明川电子"), reason="要看")
    with audit.from_address("10.1.2.3"):
        audit.record(by=city.user("security"), action="appointments.give", target=city["CZ"], reason="给了")
    client.force_login(city.user("auditor"))
    page = client.get(f"/audit/?{query}").content.decode()
    assert {reason for reason in ("要看", "给了") if f">{reason}<" in page} == found


def test_every_risk_is_of_actions_that_have_names() -> None:
    named = set(audit_words.actions)
    assert {code for codes in audit_words.risks.values() for code in codes} <= named


def test_the_page_says_how_the_seals_stand(city: City, client: Client) -> None:
    client.force_login(city.user("auditor"))
    execute("DELETE FROM core_auditentry")  # of just now
    audit.record(by=None, action="party.change", target=city["CZ"], at=timezone.now() - timedelta(hours=2))
    assert "尚未核对" in client.get("/audit/").content.decode()
    job = Job.objects.create(kind="core.seal", day=timezone.localdate(), status="RUNNING", worker="w")
    run_job(job)
    page = client.get("/audit/").content.decode()
    assert "核对无误" in page
    assert "每小时封存一次" in page
    assert AuditSeal.objects.latest("pk").digest in page
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=3))
    assert "已停了两天以上" in client.get("/audit/").content.decode()
    Job.objects.filter(pk=job.pk).update(status="FAILED", error="审计记录与封存不符：第 1–5 条")
    assert 'role="alert">审计记录与封存不符：第 1–5 条' in client.get("/audit/").content.decode()


def test_the_auditor_reads_who_had_which_duty_on_a_day_and_changes_nothing(city: City, client: Client) -> None:
    today = timezone.localdate()
    held = city.user("street").appointments.get()
    type(held).objects.filter(pk=held.pk).update(since=today - timedelta(days=90), until=today)
    client.force_login(city.user("auditor"))
    name = f">{held.user.username}<"
    page = client.get("/appointments/on/").content.decode()
    assert name not in page
    assert f'value="{today:%Y-%m-%d}"' in page
    page = client.get(f"/appointments/on/?on={today - timedelta(days=1)}").content.decode()
    assert name in page
    assert "/appointments/new/" not in page
    assert client.post(f"/appointments/{held.pk}/", {"until": today, "reason": "试"}).status_code == 403
