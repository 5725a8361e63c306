"""Which list, or which hand, every field of an organization comes from (来源)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from core.history import Line
from core.masking import mask
from core.models import ImportBatch
from core.sources import sources
from orgs.codelists import COMPANY_TYPES, DIVISIONS, SECTIONS
from orgs.models import Organization
from orgs.rules.credit_code import REGISTERS
from orgs.services.organizations import BY_HAND

SHOWN = (
    "name", "credit_code", "old_number", "no_code_reason", "registrar", "registered_on", "company_type", "control",
    "industry", "capital", "currency", "legal_representative", "contact_phone", "address", "authority", "inspected_on",
    "category", "status", "status_on", "region", "zone", "staff", "membership", "restructured_from", "restructured_on",
    "survey_on", "survey_members", "survey_formal", "survey_has_party_organization", "survey_form", "survey_branch",
    "survey_secretary", "survey_instructor", "survey_union", "survey_youth", "survey_women", "survey_owner_member",
)  # fmt: skip


def type_name(code: str) -> str:
    """The company type, or the kind of register, with its code."""
    if code in REGISTERS:
        return f"{REGISTERS[code].kind}({code})"
    return f"{COMPANY_TYPES[code].name}({code})" if code in COMPANY_TYPES else code


def industry_name(code: str) -> str:
    """The section or division of GB/T 4754 with the code."""
    name = SECTIONS[code].name if code in SECTIONS else DIVISIONS.get(code[:2], "")
    return f"{name}({code})" if name else code


def source_name(code: str) -> str:
    """What a source of lists is called; a person's own count is 核定."""
    if code == BY_HAND:
        return "人工核定"
    return sources[code].name if code in sources else code


WORDS: dict[str, Callable[[Any], str]] = {
    "company_type": type_name,
    "industry": industry_name,
    "capital": lambda amount: f"{amount.normalize():,f}",
}


@dataclass(frozen=True)
class Origin:
    """A field, its value, and where it comes from."""

    label: str
    value: str
    source: str
    on: date | datetime | None
    batch_id: int | None = None


def provenance_of(unit: Organization, history: Iterable[Line]) -> list[Origin]:
    """The fields that hold something. What a person wrote after the last list counts as theirs. One query."""
    batches = ImportBatch.objects.in_bulk([int(key) for key in unit.sources if key.isdecimal()])
    written = {name: batches.get(int(key)) for key, names in unit.sources.items() if key.isdecimal() for name in names}
    by_hand = _by_hand(history)
    found = []
    for name in SHOWN:
        field: Any = Organization._meta.get_field(name)
        value = printed(unit, field)
        if not value:
            continue
        batch, line = written.get(name), by_hand.get(name)
        if line and (batch is None or batch.applied_at is None or line.entry.at > batch.applied_at):
            origin = Origin(str(field.verbose_name), value, f"{line.entry.user_name} {line.action}", line.entry.at)
        elif batch:
            origin = Origin(str(field.verbose_name), value, source_name(batch.source), batch.as_of, batch.pk)
        else:
            origin = Origin(str(field.verbose_name), value, "", None)
        found.append(origin)
    return found


def _by_hand(history: Iterable[Line]) -> dict[str, Line]:
    """The newest entry by a person for each field; the history comes newest first."""
    found: dict[str, Line] = {}
    for line in history:
        if line.entry.batch_id is None and line.entry.model == "orgs.organization":
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
    if field.name in WORDS:
        return WORDS[field.name](value)
    return str(value)
