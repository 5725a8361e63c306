"""Rows of the demonstration, kept by the stage at which they come true and written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import models

from core.bulk import insert_rows, update_rows
from demo.calendar import Calendar
from instructors.models import Assignment, Instructor, Visit
from members.models import FormerMembership, Member
from orgs.models import (
    Coverage,
    Democracy,
    Headcount,
    Liaison,
    MassOrganization,
    Organization,
    OwnerRecord,
    PartyOrganization,
    Venue,
    VenueUse,
)
from reports.models import GapAnswer

COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Organization: (
        "id", "credit_code", "no_code_reason", "old_number", "registrar", "name", "registered_on", "company_type",
        "control", "industry", "capital", "currency", "legal_representative", "contact_phone", "address", "authority",
        "inspected_on", "category", "hmt", "in_scope", "scope_note", "influential", "chain_leader", "restructured_from",
        "restructured_on", "region_id", "zone_id", "managed_by_id", "managed_since", "managed_basis", "staff", "staff_on",
        "staff_source", "membership", "membership_on", "membership_source",
    ),
    Headcount: ("organization_id", "kind", "number", "counted_on", "source"),
    PartyOrganization: (
        "id", "name", "kind", "parent_id", "parent_since", "path", "code", "region_id", "established_on", "approval_no",
        "term_ends_on", "secretary_name",
    ),
    Coverage: ("organization_id", "party_organization_id", "form", "primary", "since", "until", "end_reason"),
    Member: (
        "id", "name", "id_number", "id_digest", "sex", "born_on", "ethnicity", "education", "phone",
        "party_organization_id", "since", "organization_id", "organization_since", "job", "joined_on", "formal_on",
        "status", "status_on",
    ),
    FormerMembership: ("member_id", "party_organization_id", "organization_id", "since", "until"),
    Venue: ("id", "name", "kind", "managed_by_id", "region_id", "zone_id", "address", "area"),
    VenueUse: ("venue_id", "party_organization_id", "since"),
    MassOrganization: ("organization_id", "kind", "founded_on", "head", "party_work_on", "party_work"),
    Democracy: ("organization_id", "kind", "held_on", "note"),
    OwnerRecord: ("organization_id", "name", "phone", "attitude", "support", "recorded_on"),
    Liaison: ("organization_id", "name", "phone", "appointed_by_id", "since", "contacted_on"),
    Instructor: ("id", "name", "user_id", "source", "home_unit", "paid_by", "full_time", "phone", "sent_by_id", "since"),
    Assignment: ("instructor_id", "organization_id", "since", "tasks"),
    Visit: ("instructor_id", "organization_id", "visited_on", "done", "result"),
    GapAnswer: ("organization_id", "reason", "planned_form", "planned_by", "answered_at", "answered_by_id"),
}  # fmt: skip

Change = tuple[type[models.Model], tuple[str, ...]]


class Ledger:
    """What is to be written at which stage, and which organizations it touches."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._rows: dict[int, dict[type[models.Model], list[Sequence[Any]]]] = defaultdict(lambda: defaultdict(list))
        self._changes: dict[int, dict[Change, list[Sequence[Any]]]] = defaultdict(lambda: defaultdict(list))
        self._touched: dict[int, set[int]] = defaultdict(set)

    def add(self, model: type[models.Model], row: Sequence[Any], *, on: date, touching: int | None = None) -> None:
        """A new row, in the order of COLUMNS, from a day on."""
        stage = self.calendar.stage(on)
        self._rows[stage][model].append(row)
        if touching and stage:
            self._touched[stage].add(touching)

    def change(
        self, model: type[models.Model], columns: tuple[str, ...], row: Sequence[Any], *, on: date, touching: int | None
    ) -> None:
        """New values of a row, its id first, from a day on."""
        stage = self.calendar.stage(on)
        self._changes[stage][model, columns].append(row)
        if touching:
            self._touched[stage].add(touching)

    def touch(self, organization: int, *, on: date) -> None:
        """Something that is written already becomes true or ends on a day."""
        if on <= self.calendar.today:
            self._touched[self.calendar.stage(on)].add(organization)

    def write(self, stage: int) -> set[int]:
        """Write what comes true at a stage; returns the organizations it touches. Inside a transaction."""
        for model, rows in self._rows.pop(stage, {}).items():
            insert_rows(model, COLUMNS[model], rows)
        for (model, columns), rows in self._changes.pop(stage, {}).items():
            # of several changes of one row within a month the last one holds
            update_rows(model, columns, {row[0]: row for row in rows}.values())
        return self._touched.pop(stage, set())
