"""What an app must say of itself, whatever it is: the guards find models, lists and references by themselves, and name what is
silent. `tests/careless` forgets all of it, and each guard says so; `tests/careful` is how it should be."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models

from core.admin import ScopedModelAdmin, TableAdmin
from core.admin.lists import AdminList
from core.audit_words import keys
from core.due import DueKind
from core.indicators import Indicator
from core.jobs import JobKind
from core.listing import ListPage
from core.panels import Panel
from core.registries import Registry, own_apps
from core.sources import Source
from evaluations.criteria.registry import Criterion
from orgs.handover import organization_dependants, party_dependants
from orgs.models import Organization, PartyOrganization
from orgs.services.duplicates import MOVED
from orgs.services.tables import OrganizationRows
from tests.test_guards import OURS, addresses, own_models
from tests.test_pages_hold import HAN
from tests.test_trail import audited

WITH_THEIR_RECORD = {  # references that stay, or follow by themselves, when two records become one
    "activities.activityrecord.party_organization": "what a branch held stays its own",
    "activities.appraisal.party_organization": "what a branch held stays its own",
    "activities.contribution.party_organization": "what a branch did stays its own",
    "activities.pledge.party_organization": "a 责任书 was signed by one for a year",
    "activities.pledge.signed_with": "a 责任书 was signed with whoever it was",
    "activities.pledgeitem.party_organization": "what a 责任书 promises stays with it",
    "activities.regulation.party_organization": "rules are of the branch that adopted them",
    "activities.rectification.party_organization": "what a branch found in itself stays its own",
    "activities.experience.committee": "an experience was published by whoever it was",
    "activities.obligation.party_organization": "what was due of a branch stays its own; what is due is laid out anew",
    "dues.arrears.party_organization": "follows from what is due",
    "dues.assessment.party_organization": "a member was assessed by whose it was",
    "dues.payment.party_organization": "what was paid stands in the book that received it",
    "dues.relief.party_organization": "a relief was proposed by whose it was",
    "dues.closing.party_organization": "a book was closed by whose it was",
    "dues.publication.party_organization": "a year was published by whose it was",
    "dues.refundmonth.party_organization": "a month was returned to whoever collected in it",
    "dues.refundstep.node": "a step was taken by whoever it was",
    "dues.voucher.party_organization": "a paper stays with what it proves",
    "evaluations.evaluation.party_organization": "a result is of the branch that was evaluated",
    "evaluations.commendation.node": "a 评选表彰 was held by whoever it was",
    "evaluations.proposal.branch": "a branch applied as what it was",
    "evaluations.proposal.party_organization": "somebody was proposed by whoever it was",
    "evaluations.proposal.unit": "somebody was proposed as who he was",
    "evaluations.quota.node": "a quota was given to whoever it was",
    "evaluations.goal.party_organization": "a goal is of the branch that set it",
    "evaluations.meeting.party_organization": "a meeting is of the branch that held it",
    "evaluations.round.node": "a round was held by whoever it was",
    "orgs.organization.merged_into": "the merge itself",
    "orgs.organizationfacts.organization": "computed anew",
    "orgs.tally.managed_by": "computed anew",
    "orgs.organizationfacts.managed_by": "computed anew",
    "orgs.organizationfacts.covered_by": "computed anew",
    "orgs.partyfacts.node": "computed anew",
    "orgs.partyfacts.managed_by": "computed anew",
    "members.formermembership.organization": "the past stays what it was",
    "members.formermembership.party_organization": "the past stays what it was",
    "orgs.formermanagement.committee": "the past stays what it was",
    "orgs.formerparent.party_organization": "the past stays what it was",
    "orgs.formerparent.parent": "the past stays what it was",
    "reports.gapanswer.organization": "an answer is about a gap of its own record",
    "reports.target.node": "a target is set for one node and year",
    "reports.streetbook.committee": "a book was handed out to whoever it was",
    "reports.streetbook.issued_from": "a book was handed out by whoever it was",
    "reports.frozenunit.organization": "a closed month",
    "reports.frozenunit.managed_by": "a closed month",
    "reports.frozenunit.covered_by": "a closed month",
    "reports.frozennode.node": "a closed month",
    "reports.frozennode.managed_by": "a closed month",
    "members.accountbatch.node": "asked for there, whatever becomes of it",
    "members.wantedaccount.node": "as it was asked for; nobody is appointed where a Party organization has ended",
    "reports.frozenchange.organization": "a closed month",
    "reports.frozenfigure.managed_by": "a closed month",
}
BY_THE_MERGE = {  # of Party organizations: `orgs.services.endings` says what becomes of each
    "orgs.organization.managed_by", "orgs.partyorganization.parent", "orgs.partyorganization.merged_into",
    "orgs.jurisdiction.committee", "orgs.appointment.node", "orgs.coverage.party_organization", "orgs.venue.managed_by",
    "orgs.venueuse.party_organization", "orgs.liaison.appointed_by",
}  # fmt: skip


def references(to: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """Every foreign key of ours to a model, with the model that holds it."""
    for model in own_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is to:
                yield f"{model._meta.label_lower}.{field.name}", model


def subclasses(base: type) -> Iterator[type]:
    for found in base.__subclasses__():
        yield found
        yield from subclasses(found)


def test_whatever_names_an_organization_is_handed_over_with_it() -> None:
    moved = {*MOVED, *(one.model for one in organization_dependants)}
    left = {name for name, model in references(Organization) if model not in moved}
    assert left - WITH_THEIR_RECORD.keys() == set()


def test_whatever_names_a_party_organization_is_handed_over_with_it() -> None:
    moved = {one.model for one in party_dependants}
    left = {name for name, model in references(PartyOrganization) if model not in moved}
    assert left - WITH_THEIR_RECORD.keys() - BY_THE_MERGE == set()


def test_the_entry_of_a_merge_names_in_chinese_what_went_along() -> None:
    codes = [one.code for one in (*organization_dependants, *party_dependants)]
    assert [code for code in codes if code not in keys or not HAN.search(keys[code])] == []


def test_what_stays_behind_is_there() -> None:
    known = {name for to in (Organization, PartyOrganization) for name, _ in references(to)}
    assert WITH_THEIR_RECORD.keys() | BY_THE_MERGE <= known


def test_the_back_office_shows_what_the_scope_reaches() -> None:
    stock = [model._meta.label for model, one in admin.site._registry.items() if not isinstance(one, ScopedModelAdmin)]
    assert stock == []


def test_a_table_of_an_organization_locks_it_and_states_its_facts() -> None:
    bare = [
        model._meta.label
        for model, one in admin.site._registry.items()
        if isinstance(one, TableAdmin)
        and any(field.name == "organization" for field in model._meta.concrete_fields)
        and not isinstance(one.services, OrganizationRows)
    ]
    assert bare == []


def own_lists() -> set[type[ListPage]]:
    """Those of the apps: other tests have lists of their own, and the back office says of each model what its list is."""
    return {
        one
        for one in subclasses(ListPage)
        if one is not AdminList and apps.get_containing_app_config(one.__module__) and one.__module__[:5] != "demo."
    }


def test_every_list_stands_at_an_address() -> None:
    shown = {getattr(found.callback, "view_class", None) for found in addresses().values()}
    assert {one.__qualname__ for one in own_lists() - shown if not one.__subclasses__()} == set()


def test_every_list_says_who_takes_it_out_and_every_table_where_it_stands() -> None:
    """An empty permission says that nobody does."""
    silent = {f"{one.__qualname__}.export_permission" for one in own_lists() if not hasattr(one, "export_permission")}
    for model, one in admin.site._registry.items():
        silent |= {
            f"{model._meta.label}.{name}"
            for name in ("export_permission", "group", "order", "note")
            if isinstance(one, ScopedModelAdmin) and not hasattr(one, name)
        }
    assert silent == set()


def declared() -> Iterator[tuple[str, Any]]:
    """Whatever stands in our modules under a name of its own, alone or among several."""
    for config in own_apps():
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{config.name}.")]:
            for word, value in vars(sys.modules[name]).items():
                among = value if isinstance(value, list | tuple | set) else [value]
                yield from ((f"{name}.{word}", one) for one in among)


def test_whatever_is_declared_is_registered() -> None:
    """An indicator, a duty, a list that comes in, a block, a job … is of the kind of a registry, and stands in it."""
    known = [item for _, one in declared() if isinstance(one, Registry) for item in one]
    kinds = {type(item) for item in known}
    assert {Indicator, DueKind, Source, Panel, JobKind, Criterion} <= kinds
    assert {name for name, one in declared() if type(one) in kinds and one not in known} == set()


def test_what_the_trail_tells_of_has_a_name_in_chinese() -> None:
    nameless = [
        str(field)
        for model in filter(audited, own_models())
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and not HAN.search(str(field.verbose_name))
    ]
    nameless += [model._meta.label for model in own_models() if not HAN.search(str(model._meta.verbose_name))]
    assert nameless == []


# --- the same over an app that forgets everything, and over one that forgets nothing
HERE, CRITERIA = "tests/test_nothing_forgotten.py", "tests/evaluations/test_criteria.py"
CARELESS: dict[str, str | tuple[str, ...]] = {
    f"{HERE}::test_whatever_names_an_organization_is_handed_over_with_it": "careless.note.organization",
    f"{HERE}::test_whatever_names_a_party_organization_is_handed_over_with_it": "careless.note.node",
    f"{HERE}::test_the_back_office_shows_what_the_scope_reaches": "careless.Note",
    f"{HERE}::test_a_table_of_an_organization_locks_it_and_states_its_facts": "careless.Sheet",
    f"{HERE}::test_every_list_stands_at_an_address": "ForgottenList",
    f"{HERE}::test_what_the_trail_tells_of_has_a_name_in_chinese": "careless.Note.text",
    f"{HERE}::test_every_list_says_who_takes_it_out_and_every_table_where_it_stands": ("careless.Sheet.note", "NoteList.export_permission"),
    f"{HERE}::test_whatever_is_declared_is_registered": ("FORGOTTEN_DUTY", "FORGOTTEN_FIGURE", "FORGOTTEN_JOB", "FORGOTTEN_BLOCK", "FORGOTTEN_LIST", "FORGOTTEN_CRITERION"),
    f"{CRITERIA}::test_a_criterion_says_what_it_is_and_what_it_does_not_prove[9.1]": "automatic is what has a fact",
    f"{CRITERIA}::test_the_default_points_come_to_a_hundred_and_twenty_each_dimension[ENTERPRISE]": "WORK",
    "tests/test_within.py::test_no_list_shows_what_its_scope_does_not_reach": "careless.Note",
    "tests/test_within.py::test_nothing_falls_due_beyond_the_scope": "careless.Note",
    "tests/test_within.py::test_no_block_on_a_record_page_shows_what_its_scope_does_not_reach": "careless.Sheet",
    "tests/test_guards.py::test_every_role_has_a_person_who_walks_the_pages": "CARELESS",
    "tests/test_guards.py::test_every_address_stands_in_the_table_and_every_line_is_an_address": "careless/",
    "tests/test_guards.py::test_every_model_is_narrowed_by_a_scope_or_named_as_public_or_inner": "careless.note",
    "tests/test_guards.py::test_every_model_says_by_which_permission_it_is_changed": "careless.Sheet",
    "tests/test_guards.py::test_what_its_name_says_to_be_personal_is_encrypted": "careless.Note.phone",
    "tests/test_guards.py::test_no_view_is_exempt_from_the_token_against_forged_posts": "careless/",
    "tests/test_guards.py::test_every_action_that_a_service_writes_down_has_a_chinese_name": "careless.scribble",
    "tests/test_trail.py::test_one_module_writes_what_is_audited": "tests/careless/views.py",
    "tests/test_days.py::test_every_date_of_a_model_is_an_event_s_a_period_s_or_a_deadline": "careless.Note.day",
    "tests/test_periods.py::test_whatever_has_a_first_day_and_a_day_of_its_end_is_a_period": "careless.models.Sheet",
}  # fmt: skip
CAREFUL = (
    *(test for test in CARELESS if "[9.1]" not in test),
    CRITERIA,
    "tests/test_guards.py::test_every_scoped_model_has_a_row_here_and_one_in_the_other_district",
    "tests/test_pages_hold.py::test_each_role_gets_what_the_table_says_with_no_dead_link_and_no_wrong_word[street]",
    "tests/test_pages_hold.py::test_each_role_gets_what_the_table_says_with_no_dead_link_and_no_wrong_word[stranger]",
    "tests/test_days_of_services.py::test_no_small_table_takes_what_has_not_happened_and_each_ends_by_itself",
    "tests/reports/test_every_figure.py::test_every_number_is_its_list_now_and_in_a_closed_month[city]",
    "tests/reports/test_every_figure.py::test_every_indicator_stands_on_the_page_in_its_group_and_opens_lists",
    "tests/trial_of_careful.py",
)


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    """For a project of its own with a database like the one of the tests: copying takes no time, making it most of a minute."""
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as ours,
        closing(sqlite3.connect(tmp_path / "test.sqlite3")) as its,
    ):
        ours.backup(its)
    return tmp_path


def guarded(app: str, tests: tuple[str, ...], folder: Path) -> tuple[str, set[str]]:
    """What the guards say in a project that has one app more, and which of them fail."""
    code = f"""
from tests.settings import *
INSTALLED_APPS = [*INSTALLED_APPS, "tests.{app}"]
ROOT_URLCONF = "addresses"
"""
    (folder / "with_one_more.py").write_text(code)
    (folder / "addresses.py").write_text(
        "from django.urls import include, path\nfrom config.urls import handler500, urlpatterns as known\n"
        f"urlpatterns = [path('', include('tests.{app}.urls')), *known]\n"
    )
    known = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{settings.BASE_DIR}", "NINGJU_DATA": str(folder)}
    for name in [name for name in known if name.startswith("PYTEST_") or name == "DATABASE_URL"]:
        del known[name]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-vvv", "--tb=short", "-p", "no:cacheprovider", "--reuse-db", "--ds=with_one_more", *tests],
        cwd=settings.BASE_DIR, env=known, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.stdout + run.stderr, set(re.findall(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE))


@pytest.mark.once
def test_whatever_a_careless_app_forgets_is_named(folder: Path) -> None:
    told, failed = guarded("careless", (*CARELESS,), folder)
    assert failed == CARELESS.keys(), told
    silent = []
    for test, words in CARELESS.items():
        name = test.split("::")[1]
        (said,) = re.findall(rf"^_+ {re.escape(name)} _+$(.*?)(?=^_+ test_|^=+ short)", told, re.MULTILINE | re.DOTALL)
        named = [words] if isinstance(words, str) else words
        silent += [f"{name} does not name {word}" for word in named if word not in said]
    assert silent == [], told


@pytest.mark.once
def test_a_careful_app_passes_every_guard(folder: Path) -> None:
    told, failed = guarded("careful", CAREFUL, folder)
    assert not failed, told
    assert " passed" in told, told


def test_the_guide_quotes_what_is_there() -> None:
    guide = Path(settings.BASE_DIR, "docs", "adding.md").read_text()
    quoted = re.findall(r"^```python\n# (\S+)\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert {path for path, _ in quoted} >= {
        f"tests/careful/{name}.py" for name in ("models", "admin", "due", "indicators", "criteria")
    }
    assert [path for path, code in quoted if code not in Path(settings.BASE_DIR, path).read_text()] == []


def test_a_whole_app_is_short() -> None:
    """A model of an organization on every road, and one of a Party organization with figures and a criterion of its own."""
    files = Path(settings.BASE_DIR, "tests", "careful").glob("*.py")
    assert sum(len(path.read_text().splitlines()) for path in files) <= 150 + 45 + 20


def test_the_models_of_the_project_are_those_of_its_apps() -> None:
    assert {model._meta.app_label for model in own_models()} == OURS.keys() & {a.label for a in apps.get_app_configs()}
