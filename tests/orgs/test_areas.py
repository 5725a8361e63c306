"""Area codes say their level and what lies within them."""

from __future__ import annotations

import pytest

from orgs.rules.areas import holds, level, prefix

CITY, DISTRICT, STREET, COMMUNITY = "990100000000", "990102000000", "990102001000", "990102001001"


@pytest.mark.parametrize(
    ("code", "name", "shared"),
    [
        pytest.param(CITY, "city", "9901", id="city"),
        pytest.param(DISTRICT, "district", "990102", id="district"),
        pytest.param("990110000000", "district", "990110", id="district whose number ends in zero"),
        pytest.param(STREET, "street", "990102001", id="street"),
        pytest.param("990102010000", "street", "990102010", id="street whose number ends in zero"),
        pytest.param(COMMUNITY, "community", COMMUNITY, id="community"),
        pytest.param("990102001010", "community", "990102001010", id="community whose number ends in zero"),
    ],
)
def test_trailing_zeros_tell_the_level(code, name, shared):
    assert (level(code), prefix(code)) == (name, shared)


@pytest.mark.parametrize(
    ("outer", "inner", "within"),
    [
        (STREET, COMMUNITY, True),
        (CITY, COMMUNITY, True),
        (STREET, STREET, True),
        (COMMUNITY, STREET, False),
        (STREET, "990102002001", False),
        ("990110000000", "990111001000", False),
    ],
)
def test_an_area_holds_those_below_it(outer, inner, within):
    assert holds(outer, inner) is within
