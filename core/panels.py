"""Blocks that upper apps show on the record page of an organization, a Party organization or a member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from core.registries import Registry
from core.scope import Scope


@dataclass(frozen=True)
class Panel:
    """A titled block. `context` returns what its template needs, or None when there is nothing to show."""

    code: str
    title: str
    model: str  # label_lower of the record it belongs to, such as `orgs.organization`
    permission: str  # who may see it
    template: str
    context: Callable[[models.Model, Scope, date], Mapping[str, Any] | None]
    order: int = 100


panels: Registry[Panel] = Registry()


def panels_for(record: models.Model, scope: Scope, on: date) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels of a record that the scope may see, in order, each with its context."""
    label = record._meta.label_lower
    wanted = sorted((p for p in panels if p.model == label and scope.may(p.permission)), key=lambda p: p.order)
    shown = ((panel, panel.context(record, scope, on)) for panel in wanted)
    return [(panel, context) for panel, context in shown if context is not None]
