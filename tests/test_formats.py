"""Dates read and print as 2026-11-24 everywhere; of many names some are told."""

from __future__ import annotations

from datetime import date

import pytest
from django.forms import DateField
from django.template import Context, Template

from core.formats import some

DAY = date(2026, 11, 24)


def test_a_date_prints_as_in_a_report() -> None:
    assert Template("{{ day }}").render(Context({"day": DAY})) == "2026-11-24"


@pytest.mark.parametrize("text", ["2026-11-24", "2026/11/24", "2026年11月24日", "2026.11.24"])
def test_a_date_is_read_in_every_usual_spelling(text: str) -> None:
    assert DateField().clean(text) == DAY


@pytest.mark.parametrize(
    ("names", "unit", "told"),
    [
        ("", "", ""),
        ("甲乙", "", "甲、乙"),
        ("甲乙丙", "", "甲、乙等"),
        ("甲乙丙", "名", "甲、乙等 3 名"),
        ("甲乙", "名", "甲、乙"),
    ],
)
def test_the_first_of_many_names_are_told(names: str, unit: str, told: str) -> None:
    assert some(names, most=2, unit=unit) == told
