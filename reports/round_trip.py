"""Lists of organizations that come back as the registry's own (`orgs.sources.returned`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.listing import Column
from orgs.sources.returned import ORGANIZATIONS

NAME = Column("名称", "organization.name", screen=False)


def organization_columns(columns: Sequence[Column], *, name: Column) -> list[Column]:
    """The columns with what their workbook needs to come back; in it the column `name` is headed as the registry's."""
    shown: list[Column] = []
    for column in columns:
        shown += [replace(column, export=False), NAME] if column is name else [column]
    return ORGANIZATIONS.columns(shown, record=lambda row: row.organization)
