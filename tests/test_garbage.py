"""Whatever is typed into an address or a form, the answer is a sentence and never a failure.

Each address is asked once plainly; what it reads of the query and of the form is watched, and then each of these names
gets every kind of garbage. So a new filter, prefill or form is tried without anybody naming it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from tests.people import City
from tests.test_guards import table
from tests.world import build_world

GARBAGE = {
    "a word": "abc",
    "beyond every integer": "1" + "0" * 20,
    "negative": "-1",
    "NUL": "1\x00",
    "empty": "",
    "long": "长" * 5_000,
    "no number": "nan",
    "a great power": "1e30",
    "brackets": "[" * 3_900,
    "other digits": "١٢",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "a month of no year": "0000-01",
    "the last month": "9999-12",
    "a list": ["abc", "1", ""],
}
MIXTURES = 2
OWN = {"csrfmiddlewaretoken", "next"}
ACT = re.compile(r'name="(\w+)"\s+value="([^"]*)"')
HOLE = re.compile(r"\{\w+\}|jobs/0|r/1/1")
WHO = ("city", "sysadmin", "security", "auditor", "secretary", "treasurer", "instructor", "leader", "street")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that were asked for in a query or a form."""
    names: set[str] = set()
    plain = {name: getattr(MultiValueDict, name) for name in ("__getitem__", "getlist")}

    def watch(name: str) -> None:
        def watched(data: MultiValueDict, key: str, *more: Any) -> Any:
            names.update({key} if isinstance(key, str) else ())  # caches of Django's are such dictionaries too
            return plain[name](data, key, *more)

        monkeypatch.setattr(MultiValueDict, name, watched)

    for name in plain:
        watch(name)

    def holds(data: QueryDict, key: str) -> bool:
        names.add(key)
        return dict.__contains__(data, key)

    monkeypatch.setattr(QueryDict, "__contains__", holds, raising=False)
    return names


def addresses() -> Iterator[tuple[str, str]]:
    """Every address that somebody opens, and by whom; what all models of the back office share, for one of them."""
    for route, lines in table().items():
        shared = route.startswith("admin/") and route.endswith(("history/", "delete/", "object_id>/", "<slug:code>/"))
        for line in lines if not shared or "orgs/organization/" in route else ():
            if opener := next((name for name in WHO if name in line.opens), None):
                yield line.address, opener


class Typist:
    """Types garbage, takes it back, and remembers what failed."""

    def __init__(self, city: City) -> None:
        self.world, self.failed, self.asked = build_world(city), [], 0
        self.clients = {name: Client(raise_request_exception=False) for name in WHO}
        for name, client in self.clients.items():
            client.force_login(city.user(name))
            client.get("/robots.txt")  # begins the session: what is taken back would begin it anew each time

    def send(self, who: str, method: str, address: str, data: dict[str, Any] | None = None) -> Any:
        self.asked += 1
        with transaction.atomic():
            answer = getattr(self.clients[who], method)("/" + address, data or {})
            if answer.status_code >= 500:
                said = {name: str(value)[:20] for name, value in (data or {}).items()}
                self.failed.append(f"{who} {method} {address} {said}: {answer.status_code}")
            transaction.set_rollback(True)
        return answer


@pytest.mark.parametrize("part", range(4))
def test_no_garbage_in_a_query_or_a_form_is_a_failure(city: City, read: set[str], part: int) -> None:
    typist, kinds = Typist(city), [*GARBAGE.values()]
    for template, who in [*addresses()][part::4]:
        address = template.format(**typist.world.here).split("?")[0]
        page = typist.send(who, "get", address)
        given = dict(ACT.findall("" if page.streaming else page.content.decode()))
        for method in ("get", "post"):
            read.clear()
            typist.send(who, method, address, given)
            names = sorted(read - OWN - given.keys())
            for turn in range(MIXTURES if names else 0):  # every name gets several kinds, and its neighbours others
                mixed = {name: kinds[(number + turn) % len(kinds)] for number, name in enumerate(names)}
                typist.send(who, method, address, given | mixed)
            together = [names] if method == "post" else [[name] for name in sorted(read - OWN)]
            for some in filter(None, together):
                typist.send(who, method, address, given | dict.fromkeys(some, "abc"))
    assert typist.failed == []
    assert typist.asked > 100


def test_no_garbage_in_an_address_or_method_is_a_failure(city: City) -> None:
    typist = Typist(city)
    for template, who in addresses():
        address = template.format(**typist.world.here)
        for method in ("put", "options"):
            typist.send(who, method, address)
        if HOLE.search(template):
            for garbage in ("abc", "1" + "0" * 20, "%00", "长" * 300):
                typist.send(who, "get", HOLE.sub(garbage, template))
            typist.send(who, "post", HOLE.sub("1" + "0" * 20, template), {"do": "change"})
    assert typist.failed == []


@pytest.mark.parametrize("address", ["login/", "accounts/", "admin/orgs/organization/", "units/"])
def test_ten_thousand_fields_are_refused_in_a_sentence(city: City, address: str) -> None:
    typist, many = Typist(city), {f"field{number}": "1" for number in range(10_000)}
    for method in ("get", "post"):
        answer = typist.send("city", method, address, many)
        assert answer.status_code == 400
        assert "请求" in answer.content.decode()
