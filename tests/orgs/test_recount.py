"""`manage.py recount` mends what differs; with `--check` it says so and fails."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db.migrations import Migration

from core.indicators import measures
from orgs.facts import differences
from orgs.models import Organization, OrganizationFacts, Tally
from orgs.models.facts import STATED
from orgs.subjects import PARTY_ORGANIZATIONS
from tests.people import TODAY, City


def run(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("recount", *arguments, stdout=out)
    return out.getvalue()


def test_recount_states_all_facts_and_the_check_is_content(city: City) -> None:
    city.organization(staff=120)
    assert run().startswith("已重新计算，更正 1 家")
    assert run().startswith("已重新计算，更正 0 家")
    assert run("--check").startswith("核对无误")


def test_the_check_fails_on_wrong_facts_and_changes_nothing(city: City) -> None:
    city.organization(staff=120)
    run()
    OrganizationFacts.objects.update(formal=9)
    with pytest.raises(CommandError, match="recount") as failure:
        run("--check")
    assert failure.value.returncode == 1
    assert OrganizationFacts.objects.get().formal == 9


@pytest.mark.parametrize("how", ["wrong", "missing", "more"])
def test_the_check_fails_on_wrong_sums(city: City, how: str) -> None:
    city.organization(staff=120)
    run()
    if how == "wrong":
        Tally.objects.filter(measure="should").update(value=7)
    elif how == "missing":
        Tally.objects.all().delete()
    else:
        Tally.objects.create(managed_by=city["CZ12"], category="E1", band="L", measure="organizations", value=1)
    with pytest.raises(CommandError):
        run("--check")
    run()
    assert run("--check").startswith("核对无误")


def test_a_figure_of_nothing_is_as_good_as_none(city: City) -> None:
    city.organization(staff=120)
    run()
    Tally.objects.create(managed_by=city["CZ12"], category="E1", band="L", measure="should")
    assert run("--check").startswith("核对无误")


def test_facts_of_an_organization_that_is_gone_are_found_and_removed(city: City) -> None:
    gone = city.organization(staff=120)
    run()
    Organization.objects.filter(pk=gone.pk)._raw_delete("default")
    assert differences(on=TODAY) == ["有 1 条组织情况没有对应的单位"]
    run()
    assert not OrganizationFacts.objects.exists()
    left = Tally.objects.exclude(measure=STATED).values_list("measure", flat=True).distinct()
    assert {measures[code].subject for code in left} == {PARTY_ORGANIZATIONS}


def test_an_upgrade_states_the_facts_of_existing_rows_anew(city: City) -> None:
    """A version that states facts otherwise: after its last migration they are those of the new rules."""
    city.organization(company_type="2130", staff=120)
    run()
    OrganizationFacts.objects.update(branch_office=False, should=True)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert OrganizationFacts.objects.get().should, "a flush of the tests is no upgrade"
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=[(Migration("x", "orgs"), False)])
    assert not OrganizationFacts.objects.get().should
    assert run("--check").startswith("核对无误")
