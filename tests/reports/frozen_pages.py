"""The bytes that somebody gets to see of closed months: pages, workbooks and what the command line prints."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from io import StringIO

import openpyxl
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from orgs.figures import CUTS
from reports.cross import ROWS
from reports.models import ClosedMonth
from reports.queries.bridge import terms
from tests.people import City

READERS = ("leader", "city", "district", "street", "stranger")
LISTS = ("measure=should", "measure=counted", "gap=SHOULD", "gap=T1", "measure=built&sort=name", "gap=SHOULD&q=公司")
# what is about the page and not about the month: the form's token, and which other months there are
AROUND = re.compile(r'<select name="month".*?</select>|name="csrfmiddlewaretoken" value="[^"]*"', re.DOTALL)


def addresses(month: str, *, whole: bool, first: bool) -> Iterator[str]:
    """What is read of a month; without `whole` the few that say most. The first month has no bridge."""
    cuts, rows = (tuple(CUTS), tuple(ROWS)) if whole else (("region", "party"), ("street",))
    yield from (f"/dashboard/?month={month}&by={cut}" for cut in cuts)
    yield from (f"/dashboard/cross/?month={month}&rows={kind}" for kind in rows)
    for asked in LISTS if whole else LISTS[2:3]:
        yield f"/units/?{asked.replace('built', 'should_built')}&month={month}"
    for term in terms if whole and not first else ():
        yield f"/changes/?change={term.code}&month={month}"
    if whole:
        yield f"/dashboard/?month={month}&region=990102"
        yield f"/dashboard/?month={month}&node=CZ11&by=party"


def closed_months() -> list[str]:
    """The oldest first."""
    return list(ClosedMonth.objects.order_by("month").values_list("month", flat=True))


def bytes_of(
    city: City, *, whole: bool = True, readers: Collection[str] = READERS, months: Collection[str] | None = None
) -> dict[tuple[str, str], str]:
    """Of closed months, of all unless some are given, by reader and address, few unless `whole`. Nothing is remembered of
    an earlier look."""
    cache.clear()
    found = {}
    closed = closed_months()
    months = closed if months is None else months
    for reader in readers:
        client = Client()
        client.force_login(city.user(reader))
        for month in months:
            for address in addresses(month, whole=whole, first=month == closed[0]):
                found[reader, address] = main_of(client.get(address).content.decode())
            if whole and reader in ("city", "district"):
                found[reader, f"workbook {month}"] = _cells(client.post(f"/dashboard/?month={month}"))
                found[reader, f"cross workbook {month}"] = _cells(client.post(f"/dashboard/cross/?month={month}"))
                listed = client.post(f"/units/?measure=should&month={month}", {"do": "export"})
                found[reader, f"list {month}"] = _cells(listed)
    for month in months if whole else ():
        for by in ("region", "party", "category"):
            out = StringIO()
            call_command("figures", month=month, by=by, json=True, stdout=out)
            found["server", f"figures {month} {by}"] = out.getvalue()
    return found


def main_of(page: str) -> str:
    assert "<main" in page, page[:500]
    return AROUND.sub("", page[page.index("<main") : page.index("</main>")])


def _cells(response: object) -> str:
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return str(list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)))
