"""Whatever a page shows is within the scope of its reader: every list, check, worklist and duty, and every block on a record
page. Lists and duties are narrowed by the pages themselves (`core.scope.narrowed`); a block is for its app to narrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as back_office
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve

from core.due import due_kinds
from core.listing import ListPage
from core.panels import panels
from core.scope import Scope, ScopedQuerySet, narrowed
from orgs.views.helpdesk import PeopleList
from reports.checks import checks
from reports.worklists import worklists
from tests.people import TODAY, City
from tests.test_guards import NARROW, table
from tests.world import World, add_between, build_world

BY_ANOTHER_RULE = {PeopleList: "whose passwords one renews, without reading their accounts"}


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def reached(model: type[Model], scope: Scope) -> set[Any]:
    """The keys of the rows that the scope reaches: none where the model has no scope."""
    rows: Any = model._default_manager.all()
    return set(rows.within(scope).values_list("pk", flat=True)) if isinstance(rows, ScopedQuerySet) else set()


def beyond(rows: QuerySet, scope: Scope) -> set[str]:
    """The model, where a page shows more of it than the scope reaches."""
    shown = narrowed(rows, scope) if isinstance(rows, ScopedQuerySet) else rows
    return {rows.model._meta.label} if set(shown.values_list("pk", flat=True)) - reached(rows.model, scope) else set()


def asked_by(world: World, username: str, address: str) -> Any:
    request: Any = RequestFactory().get(address)
    request.user, request.scope = world.city.user(username), world.city.scope(username)
    return request


def addresses(world: World) -> Iterator[str]:
    """Every address of the table, and all lists that differ by their code alone."""
    for lines in table().values():
        yield "/" + lines[0].address.format(**world.here)
    yield from (f"/worklists/{one.code}/" for one in worklists)
    yield from (f"/checks/{one.code}/" for one in checks)


def lists(world: World, username: str) -> Iterator[QuerySet]:
    """The rows of every list that somebody may open, before its filters."""
    for address in addresses(world):
        found = resolve(address.partition("?")[0])
        view = getattr(found.func, "view_class", object)
        if issubclass(view, ListPage) and view not in BY_ANOTHER_RULE:
            page, request = view(), asked_by(world, username, address)
            try:
                page.setup(request, *found.args, **found.kwargs)
                if request.scope.may(page.permission):
                    yield page.records()
            except (Http404, PermissionDenied):
                continue
    for admin in back_office.site._registry.values():
        request = asked_by(world, username, "/")
        yield admin.listed(request) if hasattr(admin, "listed") else admin.get_queryset(request)


def records_in(value: Any) -> Iterator[Model]:
    """The records that a template is given."""
    if isinstance(value, Model):
        yield value
    elif isinstance(value, Mapping):
        yield from records_in(list(value.values()))
    elif isinstance(value, list | tuple | set | QuerySet):
        for one in value:
            yield from records_in(one)


def test_no_list_shows_what_its_scope_does_not_reach(world: World) -> None:
    add_between(world)
    shown: dict[str, set[str]] = {}
    for username in NARROW:
        scope = world.city.scope(username)
        shown[username] = set().union(*(beyond(rows, scope) for rows in lists(world, username)))
    assert shown == {username: set() for username in NARROW}


def test_nothing_falls_due_beyond_the_scope(world: World) -> None:
    add_between(world)
    for username in NARROW:
        scope = world.city.scope(username)
        late = {kind.code: beyond(kind.rows(scope, TODAY), scope) for kind in due_kinds}
        assert late == {code: set() for code in late}, username


def test_no_block_on_a_record_page_shows_what_its_scope_does_not_reach(world: World) -> None:
    add_between(world)
    shown, seen = set(), set()
    for username in NARROW:
        scope = world.city.scope(username)
        for panel in [panel for panel in panels if scope.may(panel.permission)]:
            rows: Any = apps.get_model(panel.model)._default_manager
            for record in rows.within(scope):
                context = panel.context(record, scope, TODAY)
                seen |= {panel.code} if context else set()
                beyond_it = {one._meta.label for one in records_in(context) if one.pk not in reached(type(one), scope)}
                shown |= {(panel.code, label) for label in beyond_it}
    assert shown == set()
    assert seen == set(panels.codes())


def test_a_page_whose_rows_forget_the_scope_shows_those_of_the_scope(world: World) -> None:
    """No list has to remember it."""
    for username in NARROW:
        scope = world.city.scope(username)
        for admin in back_office.site._registry.values():
            forgetful: Any = admin.model._default_manager.all()
            assert set(narrowed(forgetful, scope)) == set(forgetful.within(scope))
