"""What one worker process measures: seconds, bytes and counts on the database of its environment."""

from __future__ import annotations

import io
import json
import resource
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import openpyxl
import tablib
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from import_export import resources

from accounts.models import User
from bench import lists
from bench.branches import arrived, life, secretaries  # noqa: F401 - steps
from bench.evaluated import five  # noqa: F401 - a step
from bench.payers import dues  # noqa: F401 - a step
from core import audit
from core.importing import services
from core.importing.jobs import APPLY, start
from core.listing.paging import page_of
from core.models import AuditEntry
from core.search import search
from core.sources import sources
from core.workbooks.writing import write_rows
from members.models import Member
from orgs.facts import forget, refresh
from orgs.models import Organization, PartyOrganization
from orgs.models.party import MANAGING_KINDS

RAW = (Path(__file__).parent / "raw.sql").read_text(encoding="utf-8")
REPEATS, WARMING = 9, 2
FRAGMENT = "澄沐"  # two characters that some names hold


def seconds(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The median time of a piece of work after warming up."""
    taken = []
    for _ in range(WARMING + repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[WARMING:])


@contextmanager
def database_seconds() -> Iterator[list[float]]:
    """Collects the time of every query."""
    taken: list[float] = []

    def timed(execute: Callable, *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            taken.append(time.perf_counter() - started)

    with connection.execute_wrapper(timed):
        yield taken


# --- the import road
def import_list(path: str, apply: str = "") -> dict[str, Any]:
    """Check a list, and write it when told to; seconds, outcome and the most memory (kB) it took at any moment."""
    output, started = io.StringIO(), time.perf_counter()
    options: dict[str, Any] = {"apply": True} if apply else {}
    with highest_memory() as peak:
        call_command("import_registry", path, source="market", by="clerk", json=True, stdout=output, **options)
    taken = time.perf_counter() - started
    counts = json.loads(output.getvalue())
    counts.pop("problems")
    return {"seconds": taken, "peak_kb": max(peak), **counts}


@contextmanager
def highest_memory() -> Iterator[list[int]]:
    """Collects what this process and those it has started hold in memory (kB), twenty times a second."""
    found, over = [_memory()], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found.append(_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


def _memory() -> int:
    own = Path("/proc/self")
    started = [Path("/proc", pid) for task in own.glob("task/*/children") for pid in task.read_text().split()]
    pages = 0
    for process in (own, *started):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            pages += int((process / "statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def restate_facts() -> dict[str, Any]:
    """Facts and tally of all organizations written as an import of them writes them: none are there before."""
    ids = list(Organization.objects.values_list("pk", flat=True))
    forget(ids, on=timezone.localdate())
    started = time.perf_counter()
    refresh(ids, on=timezone.localdate())
    return {"seconds": time.perf_counter() - started}


class OrganizationResource(resources.ModelResource):
    """The fields of the market list as django-import-export takes them."""

    class Meta:
        model = Organization
        import_id_fields = ("credit_code",)
        clean_model_instances = True
        skip_unchanged = True
        fields = (
            "credit_code", "name", "company_type", "industry", "capital", "currency", "registered_on", "control",
            "legal_representative", "contact_phone", "address", "registrar", "region", "status", "staff", "staff_on",
            "category", "managed_by", "managed_since",
        )  # fmt: skip


def import_export(count: str) -> dict[str, Any]:
    """Dry run and import of so many rows with django-import-export."""
    manager = Organization.objects.model._meta.get_field("managed_by").related_model.objects.get(code="CZ001001001")
    headers = OrganizationResource.Meta.fields
    data = tablib.Dataset(headers=headers)
    for row in lists.rows(int(count), len(lists.HEADERS)):
        given = dict(zip(lists.HEADERS, row, strict=True))
        data.append([
            given["统一社会信用代码"], given["企业名称"], "1130", given["行业代码"], str(given["注册资本（万元）"])[:-4], "人民币",
            given["成立日期"], "3", given["法定代表人"], given["联系电话"], given["住所"], given["登记机关"], "990102001000",
            "NORMAL", given["从业人数"], "2025-05-31", "E4", manager.pk, "2025-05-31",
        ])  # fmt: skip
    taken = []
    for dry_run in (True, False):
        started = time.perf_counter()
        result = OrganizationResource().import_data(data, dry_run=dry_run, raise_errors=True)
        taken.append(time.perf_counter() - started)
    if result.totals["new"] != int(count):
        raise RuntimeError(f"import-export wrote {result.totals}")
    return {"seconds": sum(taken)}


# --- beside a list
def unrelated() -> dict[str, Any]:
    """Organizations that no list of these benches is about."""
    return {"ids": list(Organization.objects.order_by("pk").values_list("pk", flat=True)[:200])}


def begin_list(path: str) -> dict[str, Any]:
    """Check a list, and queue its writing as the page does."""
    by = User.objects.get(username="clerk")
    today = timezone.localdate()
    batch = services.receive(Path(path), name="名单.xlsx", source=sources["market"], by=by, as_of=today, keep=False)
    services.stage(batch, path=Path(path))
    services.compare(batch)
    return {"job": start(APPLY, batch=batch, by=by).pk}


# --- pages at size
def pages() -> dict[str, Any]:
    """Seconds of the main pages, as the city's clerk reads them."""
    client = signed_in("clerk")
    total = Organization.objects.count()
    names = list(Organization.objects.order_by("-pk").values_list("pk", flat=True)[: 5 * REPEATS : 5])
    after = cursor_at(total * 9 // 10)
    ids = iter(names * 3)
    listed = "/admin/orgs/organization/"
    measured: dict[str, Any] = {
        "dashboard": seconds(lambda: fetch(client, "/dashboard/")),
        "dashboard_anew": seconds(lambda: (cache.clear(), fetch(client, "/dashboard/"))),
        "figures": seconds(lambda: fetch(client, "/figures/")),
        "figures_anew": seconds(lambda: (cache.clear(), fetch(client, "/figures/"))),
        "list": seconds(lambda: fetch(client, listed)),
        "deep": seconds(lambda: fetch(client, listed, after=after)),
        "search": seconds(lambda: fetch(client, listed, q=FRAGMENT)),
        "record": seconds(lambda: fetch(client, f"/organizations/{next(ids)}/")),
        "worklist": seconds(lambda: fetch(client, "/worklists/party-organization/")),
        "sorted": seconds(lambda: fetch(client, "/units/", measure="counted", sort="size")),
        "checks": seconds(lambda: fetch(client, "/checks/")),
    }
    fetch(client, "/dashboard/")  # from here on its figures stand
    with database_seconds() as taken:
        fetch(client, "/dashboard/")
    branches = PartyOrganization.objects.exclude(kind__in=MANAGING_KINDS).count()
    return {**measured, "dashboard_database": sum(taken), "dashboard_queries": len(taken), "branches": branches}


def signed_in(username: str) -> Client:
    """A browser with a demonstration account signed in."""
    client = Client(headers={"host": "127.0.0.1"})
    client.post("/login/", {"username": username, "password": "ningju-demo"})
    return client


def fetch(client: Client, path: str, **query: str) -> None:
    """One page; anything but 200 stops the bench."""
    answer = client.get(path, query)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def cursor_at(place: int) -> str:
    """Where the list of organizations stands after so many rows."""
    return page_of(Organization.objects.all(), ("pk",), size=1, number=place).after


def raw_sql() -> dict[str, Any]:
    """The hand-written query over the raw tables."""
    return {"seconds": seconds(lambda: run(RAW), 3)}


def run(sql: str, parameters: list[Any] | None = None) -> list[Any]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def searching() -> dict[str, Any]:
    """Two characters found by the index, and by LIKE."""
    found = lambda: list(search(Organization.objects.all(), FRAGMENT).order_by("pk")[:51])  # noqa: E731
    like = "SELECT count(*) FROM orgs_organization WHERE name LIKE %s"
    counted = lambda: search(Organization.objects.all(), FRAGMENT).count()  # noqa: E731
    return {"page": seconds(found), "count": seconds(counted), "like": seconds(lambda: run(like, [f"%{FRAGMENT}%"]))}


def one_change() -> dict[str, Any]:
    """A member's status changed with facts and tally, against the bare update with its audit entry."""
    from members.services.members import set_status  # noqa: PLC0415 - only this step needs it

    members = iter(list(Member.objects.filter(status="FORMAL", organization__isnull=False).order_by("?")[:60]))
    today = timezone.localdate()

    def serviced() -> None:
        with transaction.atomic():
            set_status(by=None, member=next(members), status="TRANSFERRED", status_on=today, on=today)
            transaction.set_rollback(True)

    def bare() -> None:
        with transaction.atomic():
            member = next(members)
            Member.objects.filter(pk=member.pk).update(status="TRANSFERRED", status_on=today)
            audit.record(by=None, action="members.status", target=member, changes={"status": ["FORMAL", "TRANSFERRED"]})
            transaction.set_rollback(True)

    return {"service": seconds(serviced), "bare": seconds(bare), "entries": AuditEntry.objects.count()}


def recount() -> dict[str, Any]:
    """Facts and tally of everything stated anew; nothing differs, as on most nights."""
    started = time.perf_counter()
    refresh(None, on=timezone.localdate())
    return {"seconds": time.perf_counter() - started}


# --- what a page costs
DJANGOS_OWN = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
COSTED = {
    "empty": "/bench/empty/",
    "list": "/admin/orgs/organization/",
    "worklist": "/worklists/party-organization/",
    "form": "/admin/orgs/organization/{pk}/change/",
    "due": "/due/",
    "record": "/organizations/{pk}/",
    "dashboard": "/dashboard/",
}
ROUNDS, AT_ONCE = 31, 4


def page_costs() -> dict[str, Any]:
    """Processor seconds of the main pages, read in turns by the city's clerk: the median of many."""
    pk = Organization.objects.filter(facts__has_org=True, facts__formal__gte=3).order_by("pk").values_list("pk").first()
    with override_settings(ROOT_URLCONF="bench.urls"):
        client = signed_in("clerk")
        with override_settings(MIDDLEWARE=DJANGOS_OWN):
            bare = Client(headers={"host": "127.0.0.1"})
            bare.cookies = client.cookies
            fetch(bare, "/bench/bare/")
        pages = {name: (client, address.format(pk=pk and pk[0])) for name, address in COSTED.items()}
        pages["bare"] = (bare, "/bench/bare/")
        taken: dict[str, list[float]] = {name: [] for name in pages}
        for _ in range(ROUNDS):
            for name, (reader, address) in pages.items():
                started = time.process_time()
                for _ in range(AT_ONCE):
                    fetch(reader, address)
                taken[name].append((time.process_time() - started) / AT_ONCE)
        with database_seconds() as queries:
            fetch(*pages["record"])
    return {name: statistics.median(found[1:]) for name, found in taken.items()} | {"record_queries": len(queries)}


# --- exports
def export(way: str, target: str, count: str) -> dict[str, Any]:
    """Write so many rows of twenty columns; seconds, and how much memory came on top (kB)."""
    rows = lists.rows(int(count), len(lists.HEADERS))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    if way == "ours":
        write_rows(Path(target), sheet="名单", headers=lists.HEADERS, rows=rows)
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("名单")
        for row in (lists.HEADERS, *rows):
            sheet.append(list(row))
        book.save(target)
    taken = time.perf_counter() - started
    made = time.perf_counter()
    for _ in lists.rows(int(count), len(lists.HEADERS)):
        pass
    source = time.perf_counter() - made  # inventing the rows is neither's work
    return {"seconds": taken - source, "more_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}
