"""年度公开: the year's money as members are told it, by somebody who booked none of it (DUES-15; rules §14)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.locks import hold
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Book, Entry, Publication
from dues.queries.funds import figures_of
from dues.services import ledger
from members.services.separation import require_another, require_seat
from orgs.facts import refresh
from orgs.models import PartyOrganization

PUBLISH = "dues.publish"


@transaction.atomic
def publish(*, by: User, party_organization: PartyOrganization, year: int, at: datetime, on: date) -> Publication:
    """Keep the figures of a year that is over, and close it: they stay what was published."""
    hold(PartyOrganization, [party_organization.pk])
    require_seat(by, P.DUES_APPLY, party_organization, on=on)
    if year >= on.year:
        raise Refusal(f"{year} 年还没有结束，年末以后公开")
    entries = Entry.objects.filter(party_organization=party_organization, book=Book.FUND, day__year__lte=year)
    if not entries.exists():
        raise Refusal(f"{year} 年以前没有经费收支，不需要公开")
    booked = entries.filter(day__year=year).select_related("entered_by").order_by("number")
    require_another(by, act="公开", earlier=[("登记", row.entered_by, localdate(row.entered_at)) for row in booked])
    if Publication.objects.filter(party_organization=party_organization, year=year).exists():
        raise Refusal(f"{year} 年度的经费收支已公开")
    ledger.close_through(
        by=by, party_organization=party_organization, book=Book.FUND, month=YearMonth(year, 12), at=at, on=on
    )
    row = Publication(
        party_organization=party_organization, year=year, figures=figures_of(party_organization.pk, year=year),
        published_by=by, published_at=at,
    )  # fmt: skip
    writing.add(by=by, record=row, action=PUBLISH, at=at, on=on)
    refresh((), on=on, nodes=[party_organization.pk])
    return row
