"""Where a record that proves a fact is looked at."""

from __future__ import annotations

from django.urls import reverse

from evaluations.rules.facts import Record

PAGES = {
    "activities.activityrecord": "record",
    "dues.entry": "funds",  # by its Party organization
    "orgs.organization": "organization",
    "orgs.partyorganization": "party",
}
ROWS = {  # tables that branches keep on their own pages: by which word of the address
    "activities.contribution": "contributions",
    "activities.dutytarget": "targets",
    "activities.pledge": "pledges",
    "activities.pledgeitem": "promises",
    "activities.rolemodelpost": "posts",
}


def address_of(record: Record) -> str:
    """The page of its model, else the form of the back office."""
    if record.model in PAGES:
        return reverse(PAGES[record.model], args=[record.pk])
    if record.model in ROWS:
        return reverse("row", args=[ROWS[record.model], record.pk])
    return reverse(f"admin:{record.model.replace('.', '_')}_change", args=[record.pk])
