"""Pages hold what they promise: no link that a page offers is dead for its reader, its sentences are the field's (full-width
punctuation, no phrase of the framework, no English, nothing said of 0), and every field has a Chinese name."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client

from tests.people import City
from tests.routes import EVERYONE
from tests.test_guards import OURS, table
from tests.visits import kind_of, visits
from tests.world import build_world

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.once
@pytest.mark.parametrize("username", sorted(EVERYONE))
def test_no_link_on_any_page_of_a_role_is_dead_and_no_word_is_wrong(city: City, client: Client, username: str) -> None:
    world = build_world(city)
    client.force_login(world.city.user(username))
    client.raise_request_exception = False
    visited = list(visits(client, ["/" + lines[0].address.format(**world.here) for lines in table().values()]))
    dead = [
        f"{one.offered_on} → {one.address}: {one.status}" for one in visited if one.offered_on and one.status != 200
    ]
    wrong = {(*found, kind_of(one.address)[0]) for one in visited if one.page for found in one.page.wrong}
    assert any(one.offered_on for one in visited)
    assert dead == []
    assert wrong == set()


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.app_label in OURS], ids=str)
def test_every_field_of_the_back_office_has_a_chinese_name(model: type[models.Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    assert [field.name for field in fields if not HAN.search(str(field.verbose_name))] == []
