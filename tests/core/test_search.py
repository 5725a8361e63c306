"""Organizations are found by a fragment of the name or the beginning of a code."""

from __future__ import annotations

import pytest
from django.db import connection

from core.search import search
from orgs.models import Organization, PartyOrganization
from tests.people import City

CODE = "91350100M000100Y43"


def found(text: str) -> set[str]:
    return set(search(Organization.objects.all(), text).values_list("name", flat=True))


@pytest.fixture
def names(city: City) -> City:
    city.organization("澄州明川电子有限公司", credit_code=CODE)
    city.organization("澄州禾岸食品厂", old_number="330100000012345")
    city.organization("明(川)ABC%科技_店")
    city.organization("École艺术中心")
    return city


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("明川", {"澄州明川电子有限公司"}, id="two characters"),
        pytest.param("明川电子", {"澄州明川电子有限公司"}, id="a longer fragment"),
        pytest.param("川明", set(), id="the other way round"),
        pytest.param("澄州子有", set(), id="all pairs but not side by side"),
        pytest.param("禾", {"澄州禾岸食品厂"}, id="one character"),
        pytest.param("澄州 食品", {"澄州禾岸食品厂"}, id="two words"),
        pytest.param("abc", {"明(川)ABC%科技_店"}, id="whatever the case"),
        pytest.param("École", {"École艺术中心"}, id="a letter with an accent"),
        pytest.param("éCOLE", set(), id="an accent has a case of its own"),
        pytest.param("(川)", {"明(川)ABC%科技_店"}, id="brackets"),
        pytest.param("C%科", {"明(川)ABC%科技_店"}, id="a percent sign is itself"),
        pytest.param("技_店", {"明(川)ABC%科技_店"}, id="an underscore is itself"),
        pytest.param("A%C", set(), id="a percent sign is no wildcard"),
        pytest.param("明'川", set(), id="a quotation mark"),
        pytest.param('明"川', set(), id="a double quotation mark"),
        pytest.param("91350100m0", {"澄州明川电子有限公司"}, id="beginning of a credit code"),
        pytest.param(CODE, {"澄州明川电子有限公司"}, id="whole credit code"),
        pytest.param("350100", set(), id="middle of a credit code"),
        pytest.param("3301000000", {"澄州禾岸食品厂"}, id="beginning of an old number"),
        pytest.param(
            "", {"澄州明川电子有限公司", "澄州禾岸食品厂", "明(川)ABC%科技_店", "École艺术中心"}, id="nothing asked"
        ),
    ],
)
def test_a_fragment_or_a_beginning_finds(names: City, text: str, expected: set[str]) -> None:
    assert found(text) == expected


def test_the_index_follows_a_changed_and_a_deleted_name(names: City) -> None:
    unit = Organization.objects.get(credit_code=CODE)
    Organization.objects.filter(pk=unit.pk).update(name="澄州远山纺织有限公司")
    assert found("远山") == {"澄州远山纺织有限公司"}
    assert found("明川") == set()
    Organization.objects.filter(pk=unit.pk).update(address="云台路")
    assert found("远山") == {"澄州远山纺织有限公司"}
    unit.delete()
    assert found("远山") == set()


def test_party_organizations_are_found_too(city: City) -> None:
    nodes = search(PartyOrganization.objects.all(), "云台街道", codes=("code",))
    assert {node.code for node in nodes} == {"CZ111", "CZ1112"}


def test_a_search_uses_the_index(city: City) -> None:
    """Names on PostgreSQL, codes on both. There the plan of a small table is a scan, so scans are forbidden, and no order
    invites a walk by key."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = search(Organization.objects.order_by(), "明川").explain()
        prefix = search(Organization.objects.order_by(), "91350100").explain()
    assert connection.vendor == "sqlite" or "orgs_organization_name_grams" in plan
    assert "Seq Scan" not in prefix
    assert "SCAN orgs_organization" not in prefix.replace("SCAN orgs_organization USING INDEX", "")
