"""Declared parameters: an app's `parameters.py` adds its own; the department dates new values (rules §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.models import Parameter
from core.page_cache import once_a_page
from core.registries import Registry


@dataclass(frozen=True)
class ParameterDefinition:
    """A threshold, rate, frequency, quota or deadline: its default, unit and the clause it comes from."""

    code: str
    name: str
    default: int | float
    unit: str
    clause: str
    group: str
    words: tuple[str, ...] = ()  # what the values 0, 1 … are called in a sentence


parameters: Registry[ParameterDefinition] = Registry()


@once_a_page
def values_on(day: date) -> Mapping[str, Any]:
    """All parameters as they hold on a day: the newest dated value, else the default. One query."""
    values: dict[str, Any] = {definition.code: definition.default for definition in parameters}
    dated = Parameter.objects.filter(valid_from__lte=day).order_by("valid_from", "pk")
    values.update(dated.values_list("key", "value"))
    return values


def spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as sentences name them (`core.indicators`); one that there was not yet says its default."""
    found = {}
    for one in parameters:
        value = values.get(one.code, one.default)
        found[one.code] = one.words[int(value)] if one.words and int(value) < len(one.words) else value
    return found
