"""Two reaches (rules §10): what may be seen may be written, revealed, merged or named only by whoever manages it.

`tests.world.add_between` has the rows that lie between the two. All models, all addresses and all forms on their pages are
walked as they are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.db import models, transaction
from django.db.models import ForeignKey
from django.test import Client

from core.models import AuditEntry
from core.scope import PublicQuerySet
from orgs.models import Coverage, Jurisdiction, Organization
from orgs.services import bulk, duplicates
from tests.pages import post_forms
from tests.people import TODAY, City
from tests.test_guards import addresses, own_models, table
from tests.world import BETWEEN, World, add_between, build_world

PEOPLE = ("district", "street", "secretary", "instructor", "leader")
ANYBODY_S = {"/logout/"}  # forms of the frame around every page
# pages of the back office that lead on to the form, or only tell, and lists about a row
READING = ("<path:object_id>/", "history/", "campaigns/<int:pk>/")
OWN_ROAD = {  # an instructor logs visits to whatever was assigned in person; a committee keeps its own book of dues
    "instructor": {"visits/<int:pk>/"},
    "district": {"branch/<int:pk>/funds/", "branch/<int:pk>/funds/income/"},
}
NO_CHANGE = ("core.refused", "core.export", "accounts.sign_in")  # entries that tell of no change


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


@pytest.fixture
def between(world: World) -> dict[str, Any]:
    return add_between(world)


def changes() -> list[tuple[str, str]]:
    """What was written, whatever it was: no change without an entry."""
    return list(AuditEntry.objects.exclude(action__in=NO_CHANGE).order_by("pk").values_list("action", "label"))


def state() -> dict[str, list[Any]]:
    """All rows of all models, but for the trail and the use of accounts."""
    left_out = {"core.auditentry", "accounts.user", "core.savedfilter"}
    kept = [model for model in own_models() if model._meta.label_lower not in left_out]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in kept}


def scoped_models() -> list[Any]:
    return [model for model in own_models() if hasattr(model._default_manager.all(), "changeable")]


# --- models


def test_there_are_rows_of_every_kind_that_are_seen_and_not_changed(world: World, between: dict[str, Any]) -> None:
    met = set()
    for username in PEOPLE:
        scope = world.city.scope(username)
        for model in scoped_models():
            rows = model._default_manager.all()
            seen, mine = rows.within(scope), rows.changeable(scope)
            if not isinstance(rows, PublicQuerySet):
                assert not mine.exclude(pk__in=seen.values("pk")).exists(), (model, "changed without being seen")
            if seen.exclude(pk__in=mine.values("pk")).exists():
                met.add(model._meta.model_name)
    assert met >= {
        "organization", "coverage", "massorganization", "democracy", "ownerrecord", "liaison", "assignment", "visit",
        "partyorganization", "target", "zone", "jurisdiction", "member", "venue",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["unit", "gap", "coverage", "second", "mass", "democracy", "owner", "liaison"])
def test_what_the_branch_merely_covers_is_seen_by_its_district_and_changed_by_nobody_here(
    world: World, between: dict[str, Any], name: str
) -> None:
    model = {"unit": Organization, "gap": Organization, "coverage": Coverage, "second": Coverage}.get(name)
    found = [model] if model else [m for m in scoped_models() if m._meta.model_name.startswith(name[:5])]
    for one in found:
        rows = one._default_manager.filter(pk=between[name])
        for username in ("district", "street"):
            scope = world.city.scope(username)
            assert rows.within(scope).exists(), (one, username)
            assert not rows.changeable(scope).exists(), (one, username)
        assert rows.changeable(world.city.scope("stranger")).exists(), one


@pytest.mark.once
def test_no_choice_of_a_form_and_no_autocomplete_offers_what_it_would_refuse(
    world: World, between: dict[str, Any], client: Client
) -> None:
    asked = 0
    for username in PEOPLE:
        client.force_login(world.city.user(username))
        scope = world.city.scope(username)
        for model, backstage in django_admin.site._registry.items():
            for field in backstage.autocomplete_fields:
                rows: Any = model._meta.get_field(field).related_model._default_manager
                mine = {str(pk) for pk in rows.attachable(scope, model).values_list("pk", flat=True)}
                where = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                answer = client.get("/admin/autocomplete/", where | {"field_name": field, "term": ""})
                if answer.status_code == 200:
                    asked += 1
                    assert {one["id"] for one in answer.json()["results"]} <= mine, (username, model, field)
    assert asked > 30


def test_no_prefill_names_what_may_only_be_seen(world: World, between: dict[str, Any], client: Client) -> None:
    refused = set()
    for username in ("district", "street"):
        client.force_login(world.city.user(username))
        scope = world.city.scope(username)
        for model, _backstage in django_admin.site._registry.items():
            for field in _foreign_keys(model):
                rows: Any = field.related_model._default_manager
                beyond = rows.within(scope).exclude(pk__in=rows.attachable(scope, model).values("pk")).first()
                if beyond is None or not scope.may(model.change_permission):
                    continue
                form = f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/"
                assert client.get(form, {field.name: beyond.pk}).status_code == 403, (username, form, field)
                assert client.get(form, {field.name: "abc"}).status_code == 404, (username, form, field)
                refused.add((model._meta.model_name, field.name))
    assert {("coverage", "organization"), ("assignment", "organization"), ("member", "organization")} <= refused
    assert {("target", "node"), ("jurisdiction", "committee"), ("zone", "region")} <= refused


def _foreign_keys(model: type[models.Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


@pytest.mark.parametrize("username", PEOPLE)
def test_no_personal_value_is_unmasked_where_the_record_is_only_seen(
    world: World, between: dict[str, Any], client: Client, username: str
) -> None:
    client.force_login(world.city.user(username))
    scope = world.city.scope(username)
    for model in scoped_models():
        rows = model._default_manager.all()
        personal = [one.name for one in model._meta.concrete_fields if getattr(one, "personal", False)]
        if not personal or not hasattr(model, "reveal_permission"):
            continue
        for row in rows.exclude(pk__in=rows.changeable(scope, model.reveal_permission).values("pk")):
            for field in personal:
                address = f"/reveal/{model._meta.label_lower}/{row.pk}/{field}/"
                for answer in (client.get(address), client.post(address, {"reason": "核对身份"})):
                    assert answer.status_code in (403, 404), address
    if username in ("district", "street"):
        page = client.post(f"/reveal/orgs.organization/{between['unit']}/contact_phone/", {"reason": "核对身份"})
        assert page.status_code == 403
        assert "只有管理这条记录的党组织可以查看" in page.content.decode()
        record = client.get(f"/organizations/{between['unit']}/").content.decode()
        assert "您的党组织可以查看，不能修改" in record
        assert "编辑</a>" not in record
        assert "/bulk/" not in record
        assert BETWEEN.phone not in record
        assert "/reveal/orgs.organization/" not in record
    assert not AuditEntry.objects.filter(action="core.reveal").exists()


# --- addresses


def sends(world: World, between: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Every form of every address as the city may fill it in for the rows between: route, where it goes, what it says."""
    city, named = Client(raise_request_exception=False), world.here | between
    city.force_login(world.city.user("city"))
    lines = table()
    for route in addresses():
        template = lines[route][0].address
        if route.endswith(READING) or not any(
            f"{{{name}}}" in template for name in between.keys() - {"region", *world.city.people}
        ):
            continue
        address = "/" + template.format(**named)
        yield route, address, {"do": "试一试"}
        for to, data in _sends_of(city, address, city.get(address), steps=3):
            yield route, to, data


def _sends_of(client: Client, address: str, answer: Any, steps: int) -> Iterator[tuple[str, dict[str, str]]]:
    """What the forms of a page send, and those of the pages that they lead to; nothing of it stays."""
    if answer.status_code != 200 or answer.streaming or not steps:
        return
    for form in post_forms(address, answer.content.decode()):
        for to, data in form.sends():
            if to in ANYBODY_S:
                continue
            data["reason"] = "试一试"
            yield to, data
            with transaction.atomic():
                then = client.post(to, data)
                transaction.set_rollback(True)
            if "stage" in data or "bulk" in to:
                yield from _sends_of(client, to, then, steps - 1)


@pytest.mark.once
def test_no_address_writes_to_what_may_only_be_seen(world: World, between: dict[str, Any]) -> None:
    asked = list(sends(world, between))
    assert len(asked) > 80
    before, written = state(), changes()
    wrong, refused = [], 0
    for username in PEOPLE:
        client = Client(raise_request_exception=False)
        client.force_login(world.city.user(username))
        for route, address, data in asked:
            if route in OWN_ROAD.get(username, ()):
                continue
            status = client.post(address, data).status_code
            refused += status in (403, 404)
            if status not in (403, 404, 405):
                wrong.append(f"{username} {route} → {address}: {status}")
            if changes() != written:
                wrong.append(f"{username} {route} → {address}: {[one for one in changes() if one not in written]}")
                written = changes()
    assert wrong == []
    assert refused > 300
    assert {label for label, rows in state().items() if rows != before[label]} == set()


@pytest.mark.once
def test_the_same_forms_do_write_for_whoever_manages_the_rows(world: World, between: dict[str, Any]) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.city.user("city"))
    begun, written = set(), changes()
    for route, address, data in list(sends(world, between)):
        with transaction.atomic():
            client.post(address, data)
            if changes() != written:
                begun.add(route)
            transaction.set_rollback(True)
    assert {"organizations/<int:pk>/", "organizations/<int:pk>/merge/<int:other>/"} <= begun
    assert len([route for route in begun if route.endswith("change/")]) >= 10, begun


def test_the_attack_of_the_district_on_what_is_not_its_own(
    world: World, between: dict[str, Any], client: Client
) -> None:
    """It edits, ends, hands over and merges what it merely covers, takes a foreign jurisdiction and zone, and moves itself."""
    client.force_login(world.city.user("district"))
    unit, gap = between["unit"], between["gap"]
    bulk = {"ticked": unit, "ids": unit, "stage": "apply", "reason": "试一试"}
    attacks: dict[str, dict[str, Any]] = {
        f"/admin/orgs/organization/{unit}/change/": {"name": "改名"},
        f"/admin/orgs/coverage/{between['coverage']}/change/": {"end": "on", "reason": "试一试", "form": "JOINT"},
        "/admin/orgs/organization/bulk/committee/": bulk | {"committee": world.city["CZ11"].pk},
        "/admin/orgs/organization/bulk/status/": bulk | {"status": "STRUCK_OFF"},
        f"/organizations/{unit}/merge/{gap}/": {"keep": unit, "reason": "同一单位"},
        f"/organizations/{unit}/unmerge/": {"reason": "试一试"},
        f"/admin/orgs/jurisdiction/{between['jurisdiction']}/change/": {"committee": world.city["CZ11"].pk},
        f"/admin/orgs/zone/{between['zone']}/change/": {"code": "Z2", "name": "改名", "kind": "park"},
        f"/admin/orgs/partyorganization/{between['branch']}/change/": {"name": "改名", "kind": "committee"},
        f"/party/{between['branch']}/move/": {"target": world.city["CZ111"].pk, "reason": "试一试"},
        f"/party/{between['branch']}/dissolve/": {"reason": "试一试"},
        f"/admin/reports/target/{between['target']}/change/": {"value": "1"},
        "/months/": {"month": "2026-10"},
        "/parameters/org.formal_min_to_found/": {"value": "1", "valid_from": "2026-12-01", "note": "试一试"},
    }
    before = state()
    for address, data in attacks.items():
        answer = client.post(address, data)
        assert answer.status_code == 403, address
        assert "您的角色不包含这项操作" not in answer.content.decode(), f"{address} gives no reason"
    assert client.post("/admin/orgs/coverage/add/", {"organization": gap, "party_organization": between["branch"],
        "form": "JOINT", "since": "2026-11-20"}).status_code == 200  # fmt: skip
    assert state() == before


def test_a_district_cannot_reach_over_its_border_by_a_row_of_its_own(
    world: World, between: dict[str, Any], client: Client
) -> None:
    """Its own zone and its street's jurisdiction stay in its areas; an industry authority is the whole city's to give."""
    client.force_login(world.city.user("district"))
    street = Jurisdiction.objects.get(committee=world.city["CZ111"])
    for address, data in {
        f"/admin/orgs/zone/{world.here['zone']}/change/": {
            "code": "Z1",
            "name": "园区",
            "kind": "park",
            "region": "990103001000",
        },
        "/admin/orgs/zone/add/": {"code": "Z3", "name": "园区", "kind": "park", "region": "990103001000"},
        f"/admin/orgs/jurisdiction/{street.pk}/change/": {"committee": street.committee_id, "region": "990100000000"},
        "/admin/orgs/jurisdiction/add/": {"committee": street.committee_id, "authority": "澄州市民政局"},
    }.items():
        before = state()
        assert client.post(address, data).status_code == 200, address
        assert state() == before, address
    zone = {"code": "Z1", "name": "云溪园区", "kind": "park", "region": "990102002000"}
    assert client.post(f"/admin/orgs/zone/{world.here['zone']}/change/", zone).status_code == 302


def test_a_merge_is_not_undone_where_the_other_record_was_handed_over_since(world: World, client: Client) -> None:
    """The street still holds the record that was dropped; what went into the other one is another committee's by now."""
    city = world.city
    keep, drop = (city.organization(f"合并{at}号") for at in "一二")
    city.cover(drop, "CZ1111")
    told: dict[str, Any] = {"by": None, "on": TODAY, "reason": "同一单位"}
    duplicates.merge(keep=keep, drop=drop, **told)
    bulk.apply(change=bulk.to_committee(city["CZ121"], since=TODAY), organization_ids=[keep.pk], **told)
    client.force_login(city.user("street"))
    before = state()
    answer = client.post(f"/organizations/{drop.pk}/unmerge/", {"reason": "试一试"})
    assert answer.status_code == 403
    assert "已不归您的党组织管理" in answer.content.decode()
    assert state() == before
    client.force_login(city.user("city"))
    assert client.post(f"/organizations/{drop.pk}/unmerge/", {"reason": "弄错了"}).status_code == 302
    drop.refresh_from_db()
    assert drop.merged_into is None
