"""Plain form is the same on both databases and for every kind of column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.plain import fetch_plain, to_plain
from orgs.models import Organization
from tests.people import City


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("100.5000"), "100.5"),
        (Decimal("1200"), "1200"),
        (date(2019, 3, 5), "2019-03-05"),
        (True, True),
        (None, None),
        ("云台", "云台"),
    ],
)
def test_a_value_has_one_plain_form(value: Any, plain: Any) -> None:
    assert to_plain(value) == plain


def test_rows_are_fetched_in_plain_form_and_in_their_order(city: City) -> None:
    first = city.organization(
        "澄州明川电子", capital=Decimal("100.5"), registered_on=date(2019, 3, 5), contact_phone="19900001111",
        other_columns={"市场·备注": "甲"}, hmt=True,
    )  # fmt: skip
    second = city.organization("澄州禾岸物流")
    names = ("pk", "name", "capital", "registered_on", "contact_phone", "other_columns", "hmt", "survey_union")
    assert fetch_plain(Organization.objects.order_by("-pk"), names) == [
        (second.pk, "澄州禾岸物流", None, None, "", {}, False, None),
        (first.pk, "澄州明川电子", "100.5", "2019-03-05", "19900001111", {"市场·备注": "甲"}, True, None),
    ]


def test_no_rows_are_no_rows(city: City) -> None:
    assert fetch_plain(Organization.objects.all(), ("pk", "name")) == []
