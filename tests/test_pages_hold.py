"""Pages hold what they promise: no link that a page offers is dead for its reader, its Chinese has full-width punctuation, and
every field has a Chinese name."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import resolve

from tests.people import City
from tests.routes import EVERYONE
from tests.test_guards import OURS, table
from tests.texts import HALF_WIDTH
from tests.world import build_world

EACH = 2  # pages of one kind that are opened
SHOWN = {"title", "placeholder", "aria-label", "data-label", "alt", "value"}  # attributes that are read
HAN = re.compile(r"[\u4e00-\u9fff]")


class Links(HTMLParser):
    """The addresses that a page offers to open, without those that change something, and its sentences in the wrong marks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self.half_width = page, [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links alone: forms are posted."""
        address = dict(attrs).get("href") or ""
        if tag == "a" and address and not address.startswith(("#", "http", "tel:")):
            self.found.append(urljoin(self.page, address).split("#")[0])
        self.half_width += [text for name, text in attrs if name in SHOWN and HALF_WIDTH.search(text or "")]

    def handle_data(self, data: str) -> None:
        """Also what no one sees at once: scripts hold no Chinese."""
        if HALF_WIDTH.search(data):
            self.half_width.append(data.strip())


def kind_of(address: str) -> tuple[str, ...]:
    """Which page it is, whatever record and values it is asked for."""
    parts = urlsplit(address)
    return (resolve(parts.path).route, *sorted(pair.split("=")[0] for pair in parts.query.split("&")))


@pytest.mark.parametrize("username", sorted(EVERYONE))
def test_no_link_on_any_page_of_a_role_is_dead_and_no_mark_is_half_width(
    city: City, client: Client, username: str
) -> None:
    world = build_world(city)
    client.force_login(world.city.user(username))
    client.raise_request_exception = False
    waiting = ["/" + lines[0].address.format(**world.here) for lines in table().values()]
    offered: dict[str, str] = {}
    met = Counter(map(kind_of, waiting))
    dead, half_width = [], []
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address, follow=address in offered)
        if address in offered and answer.status_code != 200:
            dead.append(f"{offered[address]} → {address}: {answer.status_code}")
        if answer.status_code != 200 or answer.streaming or "html" not in answer.headers["Content-Type"]:
            continue
        links = Links(address)
        links.feed(answer.content.decode())
        half_width += [f"{address}: {text}" for text in links.half_width]
        for link in links.found:
            if link not in offered and met[kind_of(link)] < EACH:
                met[kind_of(link)] += 1
                offered[link] = address
                waiting.append(link)
    assert offered
    assert dead == []
    assert half_width == []


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.app_label in OURS], ids=str)
def test_every_field_of_the_back_office_has_a_chinese_name(model: type[models.Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    assert [field.name for field in fields if not HAN.search(str(field.verbose_name))] == []
