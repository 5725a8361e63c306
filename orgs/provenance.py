"""Which list, or which hand, every field of an organization comes from (来源)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from core.history import HistoryEntry
from core.masking import mask
from core.models import ImportBatch
from orgs.models import Organization
from orgs.sources.wording import WORDS, source_name

SHOWN = (
    "name", "credit_code", "old_number", "no_code_reason", "registrar", "registered_on", "company_type", "control",
    "industry", "capital", "currency", "legal_representative", "contact_phone", "address", "authority", "inspected_on",
    "category", "status", "status_on", "region", "zone", "staff", "membership", "restructured_from", "restructured_on",
    "survey_on", "survey_members", "survey_formal", "survey_has_party_organization", "survey_form", "survey_branch",
    "survey_secretary", "survey_instructor", "survey_union", "survey_youth", "survey_women", "survey_owner_member",
)  # fmt: skip


READ: Mapping[str, Callable[[Any], str]] = {**WORDS, "capital": lambda amount: f"{amount.normalize():,f}"}


@dataclass(frozen=True)
class Provenance:
    """A field, its value, and where it comes from."""

    label: str
    value: str
    source: str
    on: date | datetime | None
    batch_id: int | None = None


def provenance_of(unit: Organization, history: Iterable[HistoryEntry]) -> list[Provenance]:
    """The fields that hold something. What a person wrote after the last list counts as theirs; a count
    says itself where it comes from. One query."""
    batches = ImportBatch.objects.in_bulk([int(key) for key in unit.sources if key.isdecimal()])
    written = {name: batches.get(int(key)) for key, names in unit.sources.items() if key.isdecimal() for name in names}
    by_hand = _by_hand(history)
    found = []
    for name in SHOWN:
        field: Any = Organization._meta.get_field(name)
        if value := printed(unit, field):
            origin = _origin_of(unit, name, written.get(name), by_hand.get(name))
            found.append(Provenance(str(field.verbose_name), value, *origin))
    return found


def _origin_of(
    unit: Organization, name: str, batch: ImportBatch | None, line: HistoryEntry | None
) -> tuple[str, date | datetime | None, int | None]:
    """Who or what a field comes from, of when, and the batch."""
    if counted_by := getattr(unit, f"{name}_source", ""):
        return source_name(counted_by), getattr(unit, f"{name}_on"), None
    if line and (batch is None or batch.applied_at is None or line.entry.at > batch.applied_at):
        return f"{line.entry.user_name} {line.action}", line.entry.at, None
    if batch:
        return source_name(batch.source), batch.as_of, batch.pk
    return "", None, None


def _by_hand(history: Iterable[HistoryEntry]) -> dict[str, HistoryEntry]:
    """The newest entry by a person for each field; the history comes newest first."""
    found: dict[str, HistoryEntry] = {}
    for line in history:
        if (line.entry.batch_id or 0) <= 0 and line.entry.model == "orgs.organization":
            for name in line.entry.changes:
                found.setdefault(name.removesuffix("_id"), line)
    return found


def printed(unit: Organization, field: Any) -> str:
    """A field's value as a reader understands it; personal values masked."""
    value = getattr(unit, field.name)
    if value is None or value == "":
        return ""
    if getattr(field, "personal", False):
        return mask(value)
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    if field.choices:
        return str(getattr(unit, f"get_{field.name}_display")())
    if field.name in READ:
        return READ[field.name](value)
    return str(value)
