"""Dates read and print as 2026-11-24 everywhere."""

from __future__ import annotations

from datetime import date

import pytest
from django.forms import DateField
from django.template import Context, Template

DAY = date(2026, 11, 24)


def test_a_date_prints_as_in_a_report() -> None:
    assert Template("{{ day }}").render(Context({"day": DAY})) == "2026-11-24"


@pytest.mark.parametrize("text", ["2026-11-24", "2026/11/24", "2026年11月24日", "2026.11.24"])
def test_a_date_is_read_in_every_usual_spelling(text: str) -> None:
    assert DateField().clean(text) == DAY
