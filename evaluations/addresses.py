"""The records that prove a fact, as pages list them, and where each is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse

from core.scope import Scope
from evaluations.rules.facts import Record
from orgs.models import Organization

UNIT = "orgs.organization"
PAGES = {
    "activities.activityrecord": "record",
    "evaluations.survey": "survey",  # by its evaluation
    "dues.entry": "funds",  # by its Party organization
    "evaluations.evaluation": "evaluation",
    UNIT: "organization",
    "orgs.partyorganization": "party",
}
ROWS = {  # tables that branches keep on their own pages: by which word of the address
    "activities.contribution": "contributions",
    "activities.dutytarget": "targets",
    "activities.pledge": "pledges",
    "activities.pledgeitem": "promises",
    "activities.rolemodelpost": "posts",
}

SHOWN = 40


class Proofs(NamedTuple):
    """Those that a page lists, each with its address, and how many more there are."""

    shown: Sequence[tuple[Record, str]]
    more: int

    @property
    def number(self) -> int:
        return len(self.shown) + self.more


def seen(records: Sequence[Record], scope: Scope) -> list[Record]:
    """Without organizations that the reader may not see: an instructor looks after those of others, too."""
    units = {one.pk for one in records if one.model == UNIT}
    known = {*Organization.objects.within(scope).filter(pk__in=units).values_list("pk", flat=True)} if units else units
    return [one for one in records if one.model != UNIT or one.pk in known]


def proofs_of(records: Sequence[Record]) -> Proofs:
    shown = [(one, address_of(one)) for one in records[:SHOWN]]
    return Proofs(shown, len(records) - len(shown))


def address_of(record: Record) -> str:
    """The page of its model, else the form of the back office."""
    if record.model in PAGES:
        return reverse(PAGES[record.model], args=[record.pk])
    if record.model in ROWS:
        return reverse("row", args=[ROWS[record.model], record.pk])
    return reverse(f"admin:{record.model.replace('.', '_')}_change", args=[record.pk])
