"""Guards: nothing was forgotten. Every address × every role, every model, every personal field (rules §10)."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.core.management.sql import emit_post_migrate_signal
from django.db import models
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLES
from core import audit_words
from core.fields import BlindIndexField, EncryptedTextField
from core.jobs import job_kinds
from core.pages import PermissionMixin
from core.parameters import parameters
from core.registries import own_apps
from core.scope import PublicQuerySet
from tests.people import PEOPLE, City, account
from tests.routes import ROUTES, Route, admin_routes, holders
from tests.world import PERSONAL, THERE, World, build_world

OURS = {
    config.label: Path(config.path) for config in own_apps() if config.label != "demo"
}  # a city that nobody has yet
NARROW = ("street", "secretary", "instructor", "district")  # nothing of the other district is theirs to see

PUBLIC = {
    "activities.activitymonth",
    "core.parameter",
    "evaluations.rubric",
    "evaluations.rubriccriterion",
    "orgs.region",
    "orgs.zone",
    "orgs.jurisdiction",
    "orgs.recount",
    "reports.closedmonth",
}
# never read by a page on its own: parts of an account, of a batch, of the chain of seals, of a closed month; what a header
# was read as; the sums of a survey and the right to add to them, which are read together once it is closed
INNER = {
    "accounts.authenticator",
    "accounts.formerpassword",
    "accounts.signin",
    "accounts.trusteddevice",
    "activities.fingerprint",
    "core.auditseal",
    "core.columnmapping",
    "core.keptanswer",
    "core.listed",
    "core.missingrecord",
    "evaluations.surveysum",
    "evaluations.surveyticket",
    "members.wantedaccount",
    "reports.frozenchange",
    "reports.frozenplace",
}


def on_both(names: Iterable[str], *kept: str) -> list[Any]:
    """Each name on SQLite; what takes minutes and asks the same of every database is asked of PostgreSQL for those kept."""
    return [pytest.param(name, marks=[] if name in kept else [pytest.mark.once]) for name in sorted(names)]


def walk(patterns: list, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the resolver with its view."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here, pattern
        else:
            yield from walk(pattern.url_patterns, here)


def addresses() -> dict[str, URLPattern]:
    """All addresses but the index of each app of the back office, which the walk meets as one expression."""
    return {route: found for route, found in walk(get_resolver().url_patterns) if "(?P<app_label>" not in route}


def table() -> dict[str, list[Route]]:
    """The lines of `tests.routes`; of pages and models of other apps those that follow from what they ask for."""
    return asked() | {route: [line] for route, line in ROUTES.items()} | admin_routes(django_admin.site)


def asked() -> dict[str, list[Route]]:
    """Pages without rows in their address that open to whoever has their permission."""
    views = {route: getattr(found.callback, "view_class", None) for route, found in addresses().items()}
    return {
        route: [Route(route, holders(view.permission))]
        for route, view in views.items()
        if "<" not in route and issubclass(view or object, PermissionMixin)
    }


@pytest.fixture
def world(city: City) -> World:
    return build_world(city)


def visit(world: World, client: Client) -> Iterator[tuple[str, object]]:
    """Every address of the table as the client gets it."""
    for route, lines in table().items():
        yield route, client.get("/" + lines[0].address.format(**world.here))


def test_every_address_stands_in_the_table_and_every_line_is_an_address() -> None:
    assert set(addresses()) == set(table())


@pytest.mark.once
def test_nobody_gets_in_without_signing_in(world: World, client: Client) -> None:
    open_to_all = {
        route for route, answer in visit(world, client) if "/login/?next=" not in answer.headers.get("Location", "")
    }
    assert open_to_all == {route for route, lines in table().items() if lines[0].public}


@pytest.mark.parametrize("role", on_both(["SECRETARY", "STREET", "DEPARTMENT", "INSTRUCTOR"], "STREET"))
def test_an_appointment_elsewhere_shows_nothing_here(world: World, client: Client, role: str) -> None:
    user = account("elsewhere", None, name="别处", must_change_password=False)
    user.appointments.create(role=role, node=world.city["CZ13"], since=world.city.user("city").created_at.date())
    client.raise_request_exception = False
    client.force_login(user)
    for route, answer in visit(world, client):
        assert answer.status_code != 500, route
        if answer.status_code == 200 and not answer.streaming:
            assert not {"本区电子", "本区党员", "本区食品厂", "本区联络员"} & set(
                re.findall(r"本区\w{2,3}", answer.content.decode())
            ), route


PUBLIC_ROWS = (
    "{region}",
    "{rubric}",
    "{draft}",
    "{zone}",
    "{jurisdiction}",
    "{leader}",
    "{secretary}",
)  # the same on both sides


@pytest.mark.parametrize("username", on_both(NARROW, "district"))
def test_no_row_of_the_other_district_opens_or_takes_anything(world: World, client: Client, username: str) -> None:
    client.raise_request_exception = False
    client.force_login(world.city.user(username))
    opened = []
    for route, lines in table().items():
        template = lines[0].address
        if "{" not in template or any(row in template for row in PUBLIC_ROWS) or lines[0].status == 302:
            continue  # 302: the back office's short address leads to the form, which is walked too
        address = "/" + template.format(**world.there)
        for answer in (client.get(address), client.post(address, {"do": "change", "reason": "试一试"})):
            if answer.status_code not in (403, 404, 405):
                opened.append(f"{route}: {answer.status_code}")
    assert opened == []


def lists(client: Client, words: str) -> Iterator[tuple[str, str]]:
    """The addresses of all lists that the client may open, and what each shows when it is searched."""
    for line, *_ in table().values():
        if "{" not in line.address and "?" not in line.address:
            shown = _text(client.get(f"/{line.address}", {"q": words}))
            if 'id="results"' in shown:
                yield f"/{line.address}", shown


def _text(answer: object) -> str:
    ready = answer.status_code == 200 and not answer.streaming
    return answer.content.decode() if ready else ""


@pytest.mark.parametrize("username", on_both(NARROW, "district"))
def test_no_search_and_no_export_reaches_the_other_district(world: World, client: Client, username: str) -> None:
    client.force_login(world.city.user(username))
    exported = 0
    for address, shown in lists(client, THERE):
        assert f"{THERE}电子" not in shown, address
        answer = client.post(address, {"do": "export", "reason": "核对清单"})
        if answer.status_code == 200 and answer.streaming:
            exported += 1
            book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)), read_only=True)
            cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
            assert THERE not in cells, address
            assert not [value for value in PERSONAL if value in cells], address
    assert bool(exported) == world.city.scope(username).may(Permission.REGISTRY_EXPORT)


@pytest.mark.parametrize("username", on_both(NARROW, "district"))
def test_no_autocomplete_offers_rows_of_the_other_district(world: World, client: Client, username: str) -> None:
    client.force_login(world.city.user(username))
    asked = 0
    for model, admin in django_admin.site._registry.items():
        for field in admin.autocomplete_fields:
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
            for term in ("", THERE, "电子"):
                answer = client.get("/admin/autocomplete/", query | {"term": term})
                asked += answer.status_code == 200
                assert THERE not in answer.content.decode("unicode_escape"), (model, field, term)
    assert asked


def test_no_view_is_exempt_from_the_token_against_forged_posts() -> None:
    assert [route for route, found in addresses().items() if getattr(found.callback, "csrf_exempt", False)] == []


@pytest.mark.once
def test_forged_posts_are_refused_everywhere(world: World) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.city.user("city"))
    taken = [
        route
        for route, lines in table().items()
        if client.post("/" + lines[0].address.format(**world.here)).status_code not in (403, 404)
    ]
    assert taken == []


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def test_every_model_is_narrowed_by_a_scope_or_named_as_public_or_inner() -> None:
    scoped, public, inner = set(), set(), set()
    for model in own_models():
        queryset = model._default_manager.all()
        label = model._meta.label_lower
        if not hasattr(queryset, "within"):
            inner.add(label)
        elif isinstance(queryset, PublicQuerySet):
            public.add(label)
        else:
            scoped.add(label)
    assert public == PUBLIC
    assert inner == INNER
    assert scoped


NOT_IN_THE_WORLD = {  # scoped models without a row here and one there, which the walks therefore do not try
    "accounts.accountrequest": "for administrators, whose scope is the whole system",
    "core.auditentry": "for administrators, whose scope is the whole system",
    "core.job": "one's own",
    "core.savedfilter": "one's own",
    "core.stagedrow": "read beside its batch",
    "orgs.formermanagement": "read beside its organization",
    "orgs.formerparent": "read beside its Party organization",
    "orgs.headcount": "read beside its organization",
    "members.formermembership": "read beside its member",
    "reports.gapanswer": "read beside its organization",
}


def test_every_scoped_model_has_a_row_here_and_one_in_the_other_district(world: World) -> None:
    here, there = world.city.scope("district"), world.city.scope("stranger")
    lacking = set()
    for model in own_models():
        rows = model._default_manager.all()
        if hasattr(rows, "within") and not isinstance(rows, PublicQuerySet):
            seen, others = ({*rows.within(scope).values_list("pk", flat=True)} for scope in (here, there))
            if not (seen - others and others - seen):
                lacking.add(model._meta.label_lower)
    assert lacking == set(NOT_IN_THE_WORLD)


def test_every_model_says_by_which_permission_it_is_changed() -> None:
    silent = {
        model._meta.label
        for model in own_models()
        if hasattr(model._default_manager.all(), "within") and not hasattr(model, "change_permission")
    }
    assert silent == set()


def test_a_scope_without_grants_sees_nothing_of_its_own_accord(world: World) -> None:
    nobody = world.city.scope("city").having("no.such.permission")
    for model in own_models():
        queryset = model._default_manager.all()
        own = model._meta.label_lower in ("accounts.user", "core.job", "core.savedfilter", "orgs.appointment")
        if hasattr(queryset, "within") and not isinstance(queryset, PublicQuerySet) and not own:
            assert not queryset.within(nobody).exists(), model


def test_every_personal_field_says_who_may_reveal_it() -> None:
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if getattr(field, "personal", False) and not getattr(model, "reveal_permission", "")
        if model._meta.app_label != "core"  # what lists said: told in previews, masked
    ]
    assert missing == ["accounts.Authenticator.key"], "a key is shown to its owner once, when it is set up"


PRIVATE = re.compile(
    r"phone|mobile|mail|id_number|id_card|passport|bank|home_address"
    r"|邮箱|身份号|身份证|证件号|护照|电话|手机号|微信|住址|家庭地址|银行|卡号|工资|缴费基数|政审|困难原因"
)


def test_what_its_name_says_to_be_personal_is_encrypted() -> None:
    readable = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.concrete_fields
        if PRIVATE.search(f"{field.name} {field.verbose_name}")
        and isinstance(field, models.CharField | models.TextField | models.JSONField | models.DecimalField)
        and not isinstance(field, EncryptedTextField | BlindIndexField)
    ]
    assert readable == []


def test_nobody_is_a_superuser(city: City) -> None:
    assert {field.name for field in User._meta.get_fields()} & {"is_superuser", "groups", "user_permissions"} == set()
    for user in city.people.values():
        assert not user.has_perm("orgs.change_organization")
        assert not user.has_module_perms("orgs")


def test_every_role_has_a_person_who_walks_the_pages() -> None:
    assert {role for _, _, role, _ in PEOPLE} == set(ROLES)


def test_permissions_are_given_by_roles_alone_and_each_is_given() -> None:
    given = set().union(*(role.permissions for role in ROLES.values()))
    assert given == set(Permission)


def test_a_migration_writes_no_rights_of_the_framework(db: None) -> None:
    rights = apps.get_model("auth", "Permission").objects.all()
    rights.delete()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert not rights.exists()


def test_no_administrator_sees_the_registry_or_members() -> None:
    business = {"registry.view", "members.view", "visits.view", "figures.view"}
    assert [role.code for role in ROLES.values() if role.administrator and role.permissions & business] == []


def test_every_action_that_a_service_writes_down_has_a_chinese_name() -> None:
    known = {*audit_words.actions, *Permission, *parameters.codes(), *job_kinds.codes()}
    labels = {model._meta.label_lower for model in apps.get_models()}
    unnamed = set()
    for path in _writers():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if re.fullmatch(r"[a-z_]+\.[a-z_]+", text) and text.split(".")[0] in _subjects() | set(OURS):
                    unnamed |= {text} - known - labels
    assert unnamed == set()


WRITERS = ("services.py", "services/*.py", "handover.py")


def _writers() -> list[Path]:
    """Modules that write to the trail: services, and what stands beside them in core."""
    found = [path for one in OURS.values() for name in WRITERS for path in one.glob(name)]
    return [*found, *(path for path in OURS["core"].glob("*.py") if "audit.record" in path.read_text())]


def _subjects() -> set[str]:
    """What actions are about: the part before the dot of those that have a name."""
    return {code.split(".")[0] for code in audit_words.actions}
