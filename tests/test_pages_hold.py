"""Pages hold what they promise: each role gets what the table says and nothing of others, no link that a page offers is dead
for its reader, its sentences are the field's (full-width punctuation, no phrase of the framework, no English, nothing said of
0), and every field has a Chinese name."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client

from tests.people import City
from tests.routes import EVERYONE
from tests.test_guards import NARROW, OURS, on_both, table
from tests.visits import kind_of, visits
from tests.world import PERSONAL, THERE, build_world

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("username", on_both(EVERYONE, "city", "street"))
def test_each_role_gets_what_the_table_says_with_no_dead_link_and_no_wrong_word(
    city: City, client: Client, username: str
) -> None:
    world, routes = build_world(city), table()
    client.force_login(world.city.user(username))
    client.raise_request_exception = False
    visited = list(visits(client, ["/" + lines[0].address.format(**world.here) for lines in routes.values()]))
    unlike, shown = [], []
    for (route, lines), one in zip(routes.items(), visited, strict=False):  # behind these come those that were offered
        line = next((line for line in lines if username in line.opens), lines[0])
        if one.status != line.expects(username):
            unlike.append(f"{route}: {one.status} instead of {line.expects(username)}")
    for one in visited:
        shown += [f"{one.address} shows {value}" for value in PERSONAL if value in one.text]
        shown += [f"{one.address} shows the other district"] if username in NARROW and THERE in one.text else []
    dead = [
        f"{one.offered_on} → {one.address}: {one.status}" for one in visited if one.offered_on and one.status != 200
    ]
    wrong = {(*found, kind_of(one.address)[0]) for one in visited if one.page for found in one.page.wrong}
    assert any(one.offered_on for one in visited)
    assert unlike == []
    assert shown == []
    assert dead == []
    assert wrong == set()


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m._meta.app_label in OURS], ids=str)
def test_every_field_of_the_back_office_has_a_chinese_name(model: type[models.Model]) -> None:
    fields = [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]
    assert [field.name for field in fields if not HAN.search(str(field.verbose_name))] == []
