"""The record page says of each field which list, or whose hand, it comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.history import history_of
from orgs.models import Organization
from orgs.provenance import provenance_of
from orgs.services import organizations
from tests.lists import Road, firm
from tests.people import TODAY, City

SENT, COUNTED = date(2026, 11, 2), date(2026, 11, 20)


def origins(city: City) -> dict[str, tuple[str, object]]:
    """Label of each field of the firm → what it comes from, and of when."""
    unit = Organization.objects.get()
    history = history_of(unit, city.scope("city"))
    return {origin.label: (origin.source, origin.on) for origin in provenance_of(unit, history)}


def test_a_field_names_the_list_the_hand_or_the_count_it_comes_from(city: City, tmp_path: Path) -> None:
    road = Road(tmp_path, city.user("city"), SENT)
    road.send([firm(1, 法定代表人="赵一", 住所="人民路 1 号")])
    assert origins(city)["地址"] == origins(city)["名称"] == ("市场监管登记名单", SENT)
    assert origins(city)["职工（从业人员）数"] == ("市场监管登记名单", SENT)

    unit = Organization.objects.get()
    told = {"by": city.user("street"), "organization": unit, "on": TODAY}
    organizations.change(values={"address": "人民路 2 号"}, version=unit.version, **told)
    organizations.count_headcount(kind="staff", number=61, counted_on=COUNTED, **told)
    now = origins(city)
    assert now["地址"][0].startswith(f"{city.user('street').name} ")
    assert now["法定代表人"] == ("市场监管登记名单", SENT)
    assert now["职工（从业人员）数"] == ("人工核定", COUNTED)
