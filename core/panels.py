"""Blocks that other apps show on the record page of an organization, a Party organization or a member, and on other pages of
one: what a branch does at its own page and on its health sheet."""

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
    page: str = ""  # another page of the record, which then says where the block stands; empty: its record page


panels: Registry[Panel] = Registry()


def panels_for(
    record: models.Model, scope: Scope, on: date, *, page: str = ""
) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels of a record, or of another page of it, that the scope may see, in order, each with its context."""
    label = record._meta.label_lower
    wanted = [panel for panel in panels if (panel.model, panel.page) == (label, page) and scope.may(panel.permission)]
    wanted.sort(key=lambda panel: panel.order)
    shown = ((panel, panel.context(record, scope, on)) for panel in wanted)
    return [(panel, context) for panel, context in shown if context is not None]
