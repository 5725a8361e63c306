"""A closed month shows the same bytes to everybody, whatever is done afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from members.models import FormerMembership
from orgs.facts import forget, refresh
from orgs.models import Coverage, Jurisdiction, Organization, Zone
from orgs.services import bulk, coverage, duplicates, endings, organizations, party
from orgs.services.parameters import set_parameter
from orgs.services.places import zones
from orgs.services.regions import Area, load
from reports.models import GapAnswer, Target
from reports.services.targets import set_target
from tests.orgs.plain import random_units
from tests.people import LONG_AGO, TODAY, City
from tests.reports.closing import close
from tests.reports.frozen_pages import bytes_of

Act = Callable[[City], object]
FEW = ("district", "stranger")  # whose reach the acts touch


def told(city: City) -> dict[str, Any]:
    """By whom and on which day."""
    return {"by": city.user("city"), "on": TODAY}


def units(city: City) -> list[Organization]:
    """Those that the month names as missing first."""
    return list(Organization.objects.filter(facts__should=True, facts__has_org=False).order_by("pk"))


def _undo(city: City) -> None:
    """A list is taken back: its organizations go from the register altogether."""
    unit = units(city)[-1]
    forget([unit.pk], on=TODAY)
    for related in ("coverages", "assignments", "visits", "liaisons", "mass_organizations", "headcounts"):
        getattr(unit, related).all().delete()
    FormerMembership.objects.filter(organization=unit).delete()
    unit.members.update(organization=None, organization_since=None)
    unit.delete()


def _rename(city: City) -> None:
    unit = units(city)[0]
    values = {"name": "改了名的公司", "registrar": "另一登记机关"}
    organizations.change(organization=unit, values=values, version=unit.version, **told(city))


def _answer(city: City) -> None:
    """What a street says of a unit that is missing."""
    GapAnswer.objects.create(
        organization=units(city)[0],
        reason="没有党员",
        planned_form="单独组建",
        responsible="王某",
        answered_at=timezone.now(),
        answered_by=city.user("city"),
    )


ACTS: dict[str, Act] = {
    "a street moves to the other district": lambda c: party.move(
        party_organization=c["CZ112"], to=c["CZ12"], **told(c)
    ),
    "the street of somebody moves": lambda c: party.move(party_organization=c["CZ111"], to=c["CZ12"], **told(c)),
    "it moves back": lambda c: party.move(party_organization=c["CZ111"], to=c["CZ11"], **told(c)),
    "a committee is renamed": lambda c: party.change(
        party_organization=c["CZ11"], values={"name": "改名的区委两新工委"}, **told(c)
    ),
    "a branch is renamed": lambda c: party.change(
        party_organization=c["CZ1111"], values={"name": "改名的支部"}, **told(c)
    ),
    "a unit is renamed": _rename,
    "an area is renamed": lambda c: load(
        by=c.user("city"), areas=[Area(1, "990102001000", "改名街道", "990102000000")]
    ),
    "a zone is renamed": lambda c: zones.change(
        row=Zone.objects.get(), name="改名的园", kind="chain", code="Z9", **told(c)
    ),
    "a parameter changes": lambda c: set_parameter(
        code="econ.org_headcount", value=50, valid_from=TODAY, note="文件", **told(c)
    ),
    "another jurisdiction": lambda c: Jurisdiction.objects.filter(committee=c["CZ111"]).update(committee=c["CZ11"]),
    "a target is set": lambda c: set_target(
        by=c.user("city"), node=c["CZ"], year=2026, indicator="T2", value=77, this_year=2026
    ),
    "a status changes": lambda c: bulk.apply(
        change=bulk.to_status("STRUCK_OFF", status_on=TODAY), organization_ids=[units(c)[1].pk], **told(c)
    ),
    "a unit is handed over": lambda c: bulk.apply(
        change=bulk.to_committee(c["CZ121"], since=TODAY), organization_ids=[units(c)[2].pk], **told(c)
    ),
    "a headcount comes": lambda c: organizations.count_headcount(
        organization=units(c)[0], kind="staff", number=3, counted_on=TODAY, **told(c)
    ),
    "a street answers": _answer,
    "a unit is covered": lambda c: coverage.cover(
        organization=units(c)[0], party_organization=c["CZ112"], form="AREA", since=TODAY, **told(c)
    ),
    "two units become one": lambda c: duplicates.merge(
        keep=units(c)[0], drop=units(c)[1], reason="同一单位", **told(c)
    ),
    "a branch is merged": lambda c: endings.merge(
        party_organization=c["CZ1111"], into=c["CZ1112"], reason="合并", **told(c)
    ),
    "a committee is merged": lambda c: endings.merge(
        party_organization=c["CZ13"], into=c["CZ1"], reason="合并", **told(c)
    ),
    "a list is undone": _undo,
    "everything is counted anew": lambda c: refresh(None, on=TODAY),
}


@pytest.fixture
def closed(city: City) -> City:
    """Two months are closed, with much that happened between them."""
    pick = random.Random(5)
    found = random_units(city, pick, 40)
    Target.objects.create(node=city["CZ"], year=2026, indicator="T2", value=90)
    refresh(None, on=date(2026, 9, 30))
    close(city, "2026-09")
    for unit in found[:10]:
        Organization.objects.filter(pk=unit.pk).update(staff=pick.choice([5, 130]), managed_by=city["CZ111"])
    Coverage.objects.filter(organization__in=[unit.pk for unit in found[10:20]]).update(
        until=date(2026, 10, 5), since=LONG_AGO
    )
    refresh(None, on=date(2026, 10, 31))
    close(city, "2026-10")
    refresh(None, on=TODAY)
    return city


@pytest.mark.once
def test_nothing_that_is_done_later_changes_a_byte_for_anybody(closed: City) -> None:
    before, few = bytes_of(closed), bytes_of(closed, whole=False, readers=FEW)
    for name, act in ACTS.items():
        act(closed)
        differing = [at for at, shown in bytes_of(closed, whole=False, readers=FEW).items() if shown != few[at]]
        assert differing == [], name
    assert [at for at, shown in bytes_of(closed).items() if shown != before[at]] == []
