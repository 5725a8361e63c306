"""Who has several duties gets what each of them gives where it gives it, and nothing that only their mixture would give:
the right of the one among the rows of the other (rules §10).

Every list is opened and exported with each duty alone and with two at once, cell by cell.
"""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import ImportBatch
from orgs.facts import refresh
from orgs.models import Appointment
from tests.people import LONG_AGO, City, account
from tests.test_guards import table
from tests.world import World, build_world

# one's duty here, the other's in the other district or in the whole city
PAIRS = (
    (("STREET", "CZ111"), ("DEPARTMENT", "CZ12")),
    (("SECRETARY", "CZ1111"), ("LEADER", "CZ")),
    (("SECRETARY", "CZ1111"), ("STREET", "CZ121")),
    (("INSTRUCTOR", "CZ111"), ("STREET", "CZ121")),
)
SUMS = {
    "/dashboard/",
    "/dashboard/cross/",
    "/figures/",
    "/checks/",
    "/reviews/months/",
}  # of two places together they are neither's
DUTIES = sorted({duty for pair in PAIRS for duty in pair})
OF_ONE_S_OWN = {"", "系统标记（两新组织，请勿改动）"}  # ticks, and what binds a workbook to its columns
Row = dict[str, str]


class _Table(HTMLParser):
    """The first table of a page: its headers, and each row by them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.cell: list[str] | None = None
        self.over = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """A row or cell begins."""
        if tag == "tr" and not self.over:
            self.lines.append([])
        elif tag in ("td", "th") and self.lines and not self.over:
            self.cell = []

    def handle_data(self, data: str) -> None:
        """What a cell says."""
        if self.cell is not None:
            self.cell.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        """A cell or the table is whole."""
        if tag in ("td", "th") and self.cell is not None:
            self.lines[-1].append("".join(self.cell))
            self.cell = None
        self.over = self.over or tag == "table"


def _by_header(lines: list[list[str]]) -> list[Row]:
    headers = lines[0] if lines else []
    return [{h: v for h, v in zip(headers, line, strict=False) if v and h not in OF_ONE_S_OWN} for line in lines[1:]]


def shown(answer: Any) -> list[Row]:
    """The rows of a page's list."""
    if answer.status_code != 200 or answer.streaming:
        return []
    reader = _Table()
    reader.feed(answer.content.decode())
    return _by_header(reader.lines)


def exported(answer: Any) -> list[Row]:
    """The rows of a workbook, below its watermark."""
    if answer.status_code != 200 or not answer.streaming:
        return []
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    lines = [[str(v or "") for v in line] for line in sheet.iter_rows(values_only=True)]
    return _by_header(lines[1:] if lines and "用后销毁" in lines[0][0] else lines)


@pytest.fixture
def world(city: City) -> World:
    built = build_world(city)
    refresh(None, on=timezone.localdate())  # what came by the calendar since the day of the world
    return built


def person(city: City, *duties: tuple[str, str]) -> User:
    """Somebody with these duties."""
    name = "_".join(f"{role}{node}" for role, node in duties).lower()
    user = account(name, "Ningju-test-2026", name="兼任者", must_change_password=False)
    for role, node in duties:
        Appointment.objects.create(user=user, role=role, node=city[node], since=LONG_AGO)
    return user


def client_of(user: User) -> Client:
    """Signed in; a refusal is an answer."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def lists(world: World) -> list[str]:
    """The addresses of all lists that hold something for the city's department."""
    client = client_of(world.city.user("city"))
    found = ["/" + lines[0].address.format(**world.here) for lines in table().values()]
    return [address for address in found if shown(client.get(address))]


def got(addresses: list[str], user: User) -> dict[str, list[Row]]:
    """What lists show and give out to somebody, by address."""
    client, found = client_of(user), {}
    order = {"do": "export", "reason": "核对名单"}
    for address in addresses:
        found[address] = shown(client.get(address))
        if found[address]:
            found[f"{address} exported"] = exported(client.post(address, order))
            found[f"{address} whole"] = exported(client.post(address, order | {"whole": "1"}))
    return found


@pytest.mark.once
def test_two_duties_at_once_give_no_cell_that_neither_gives(world: World) -> None:
    addresses = lists(world)
    assert len(addresses) > 20
    alone = {duty: got(addresses, person(world.city, duty)) for duty in DUTIES}
    wrong, compared = [], 0
    for one, two in PAIRS:
        for address, rows in got(addresses, person(world.city, one, two)).items():
            given = [row for duty in (one, two) for row in alone[duty].get(address, [])]
            if address.split()[0] in SUMS and all(alone[duty].get(address) for duty in (one, two)):
                continue
            compared += len(rows)
            odd = [row for row in rows if not any(row.items() <= had.items() for had in given)]
            wrong += [f"{one} and {two} at {address}: {row}" for row in odd]
    assert compared > 100
    assert wrong == []


def test_a_list_of_members_is_opened_where_members_may_be_imported(city: City) -> None:
    street = city["CZ111"]
    roster = ImportBatch.objects.create(
        source="members", file_name="名册.xlsx", sha256="0" * 64, as_of=LONG_AGO, created_by=city.user("district"),
        node_id=street.pk, path=street.path,
    )  # fmt: skip
    address = f"/imports/{roster.pk}/file/"
    assert client_of(city.user("district")).get(address).status_code == 200
    assert client_of(person(city, *PAIRS[0])).get(address).status_code == 404


def test_members_of_a_unit_are_told_where_members_are_seen(world: World) -> None:
    client = client_of(person(world.city, *PAIRS[1]))
    seen = {
        name: "党员 = 正式 + 预备" in client.get(f"/organizations/{world.here[name]}/").content.decode()
        for name in ("unit", "gap")
    }
    assert seen == {"unit": True, "gap": False}
