"""Tomorrow typed into the pages: what would be an event is refused at its field, today's figures stay as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orgs.facts import differences, refresh
from orgs.models import Coverage
from tests.people import City
from tests.test_days_of_services import stated
from tests.world import World, build_world

MEMBER = {
    "name": "李某",
    "id_note": "测试",
    "status": "FORMAL",
    "since": "2026-01-01",
    "organization_since": "2026-01-01",
}
PAGES: dict[str, tuple[str, str, dict[str, Any]]] = {  # what: by whom, address, and the form
    "a branch is founded": ("district", "/admin/orgs/partyorganization/add/", {
        "parent": "{CZ111}", "name": "新支部", "kind": "branch", "code": "N1", "established_on": "{tomorrow}"}),
    "a branch is founded from the worklist": ("street", "/worklists/party-organization/start/?unit={gap}", {
        "do": "found", "name": "新支部", "kind": "branch", "parent": "{CZ111}", "since": "{tomorrow}"}),
    "a committee is merged": ("district", "/party/{CZ111}/merge/", {"target": "{CZ112}", "reason": "合并", "on": "{tomorrow}"}),
    "a branch is moved": ("district", "/party/{CZ1111}/move/", {"target": "{CZ112}", "reason": "调整", "on": "{tomorrow}"}),
    "a branch is dissolved": ("district", "/party/{CZ1112}/dissolve/", {"reason": "撤销", "on": "{tomorrow}"}),
    "a firm is struck off": ("street", "/admin/orgs/organization/bulk/status/", {
        "ticked": "{unit}", "stage": "apply", "status": "STRUCK_OFF", "reason": "注销", "on": "{tomorrow}"}),
    "a firm is handed over": ("district", "/admin/orgs/organization/bulk/committee/", {
        "ticked": "{unit}", "stage": "apply", "committee": "{CZ12}", "reason": "移交", "on": "{tomorrow}"}),
    "a firm is registered": ("street", "/admin/orgs/organization/add/", {
        "name": "某公司", "no_code_reason": "测试", "registered_on": "{tomorrow}"}),
    "a member comes": ("street", "/admin/members/member/add/", {
        **MEMBER, "party_organization": "{CZ1111}", "organization": "{gap}", "since": "{tomorrow}"}),
    "a member begins to work": ("street", "/admin/members/member/add/", {
        **MEMBER, "party_organization": "{CZ1111}", "organization": "{gap}", "organization_since": "{tomorrow}"}),
    "a member becomes formal": ("street", "/admin/members/member/add/", {
        **MEMBER, "party_organization": "{CZ1111}", "organization": "{gap}", "formal_on": "{tomorrow}"}),
    "a member is born": ("street", "/admin/members/member/add/", {
        **MEMBER, "party_organization": "{CZ1111}", "organization": "{gap}", "born_on": "{tomorrow}"}),
    "a room is closed": ("street", "/admin/orgs/venue/{venue}/change/", {
        "name": "本区中心", "kind": "OWN", "managed_by": "{CZ111}", "closed_on": "{tomorrow}"}),
    "a union is founded": ("street", "/admin/orgs/massorganization/add/", {
        "organization": "{gap}", "kind": "UNION", "founded_on": "{tomorrow}"}),
    "a firm is visited": ("instructor", "/visits/{unit}/", {"done": "走访", "visited_on": "{tomorrow}"}),
}  # fmt: skip


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def tomorrow() -> str:
    """Of the moment of a test: midnight may come between its collection and its run."""
    return (timezone.localdate() + timedelta(days=1)).isoformat()


def test_what_would_happen_tomorrow_is_refused_at_its_field(world: World) -> None:
    places = {code: node.pk for code, node in world.city.nodes.items()} | world.here | {"tomorrow": tomorrow()}
    refresh(None, on=timezone.localdate())  # what came by the calendar since the day of the world
    before, missed = stated(), []
    for what, (username, address, form) in PAGES.items():
        client = Client()
        client.force_login(world.city.user(username), backend="accounts.backends.PasswordBackend")
        posted = {name: str(value).format(**places) for name, value in form.items()}
        response = client.post(address.format(**places), posted)
        page = response.content.decode()
        if (
            response.status_code not in (200, 422)
            or f"{places['tomorrow']} 在今天之后，还没有发生的不能登记" not in page
        ):
            missed.append((what, response.status_code))
        assert stated() == before, what
    assert missed == []
    assert differences(on=timezone.localdate()) == []


def test_a_coverage_begins_tomorrow_by_itself(world: World) -> None:
    client = Client()
    client.force_login(world.city.user("street"), backend="accounts.backends.PasswordBackend")
    before = stated()
    form = {"organization": world.here["gap"], "party_organization": world.city["CZ1112"].pk, "form": "AREA",
            "primary": "on", "since": tomorrow()}  # fmt: skip
    assert client.post("/admin/orgs/coverage/add/", form).status_code == 302
    assert Coverage.objects.filter(organization=world.here["gap"], since=form["since"]).exists()
    assert stated() == before
