"""Filters and tags of all templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from core import charts, formats, periods, rendering
from core.refusals import as_sentence

register = template.Library()

register.filter(formats.number)
register.filter(formats.signed)
register.filter(formats.percent)
register.filter(formats.iso)
register.filter("sentence", as_sentence)
register.filter("listed_changes", rendering.listed_changes)
register.simple_tag(rendering.masked, name="masked_value")
register.simple_tag(charts.bar)
register.simple_tag(charts.goal_bar)
register.simple_tag(charts.sparkline)


@register.filter
def over(row: Any) -> bool:
    """Whether a row has ended by today; an end that lies ahead is none yet."""
    return periods.over(row, timezone.localdate())
