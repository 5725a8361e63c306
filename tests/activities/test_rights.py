"""维权 without a result goes on to the union, and is asked for until something came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from activities.models import Contribution
from activities.services.plans import contributions
from core.due import due_kinds
from orgs.models import MassOrganization
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
DONE = date(2026, 10, 1)
LIST = "/reviews/rights/"


def taken_up(city: City, *, of: str = "CZ1111", **told: Any) -> Contribution:
    values = {"kind": "RIGHTS", "done_on": DONE, "what": "拖欠加班费"} | told
    return contributions.add(by=city.user("street"), party_organization=city[of], on=TODAY, **values)


def asked(city: City, code: str, who: str) -> list[tuple[str, date | None]]:
    kind, scope = due_kinds[code], city.scope(who)
    return [(item.what, item.until) for item in kind.items(kind.of(scope, TODAY), scope, TODAY)]


@pytest.mark.parametrize(
    ("told", "until", "word"),
    [
        ({}, date(2026, 10, 31), "请转交工会"),
        ({"passed_to_union_on": date(2026, 11, 1)}, date(2026, 12, 1), "已于 2026-11-01 转交工会"),
        ({"result": "已补发"}, None, ""),
        ({"passed_to_union_on": date(2026, 11, 1), "result": "调解成功"}, None, ""),
        ({"kind": "SERVICE"}, None, ""),
    ],
    ids=["waits", "passed on", "resolved", "resolved by the union", "no right"],
)
def test_branch_and_street_are_asked_until_there_is_a_result(
    city: City, told: dict[str, Any], until: date | None, word: str
) -> None:
    taken_up(city, **told)
    for code, who in (("activities.rights.own", "secretary"), ("activities.rights", "street")):
        found = asked(city, code, who)
        assert [day for _, day in found] == ([until] if until else [])
        assert all(word in what for what, _ in found)
    assert asked(city, "activities.rights", "stranger") == []


def test_the_list_says_which_union_and_the_branch_sees_it_where_it_passes_on(city: City) -> None:
    firm = city.organization("澄州明川电子有限公司")
    city.cover(firm, "CZ1111")
    MassOrganization.objects.create(organization=firm, kind="UNION", head="方主席")
    MassOrganization.objects.create(organization=firm, kind="YOUTH", head="团书记")
    waits = taken_up(city)
    passed = taken_up(city, of="CZ1112", passed_to_union_on=date(2026, 11, 1))
    taken_up(city, result="已补发")
    client = city.client("street")

    def listed(stage: str = "") -> list[Contribution]:
        return [row for row, _ in client.get(LIST, {"stage": stage}).context["rows"]]

    assert [listed(), listed("branch"), listed("union")] == [[waits, passed], [waits], [passed]]
    assert len(listed("all")) == 3
    assert [row.unions for row in listed()] == [["澄州明川电子有限公司工会（方主席）"], []]
    form = city.client("secretary").get(f"/branch/contributions/{waits.pk}/").content.decode()
    assert "本支部所在单位：澄州明川电子有限公司工会（方主席）。" in form
    assert "团书记" not in form
    assert [row for row, _ in city.client("stranger").get(LIST).context["rows"]] == []


def test_the_list_takes_as_many_queries_however_long_it_is(city: City, django_assert_max_num_queries: Any) -> None:
    client = city.client("street")
    client.get(LIST)
    for number in range(9):
        taken_up(city, of=("CZ1111", "CZ1112")[number % 2])
    with django_assert_max_num_queries(14):
        assert len(client.get(LIST).context["rows"]) == 9
