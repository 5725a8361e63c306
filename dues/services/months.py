"""What is due of whom in which month follows from assessments and reliefs, from who is on the roll, and where. Whoever changes
one of these says of which members; the night says it of all (rules §14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction

from core import writing
from core.id_sets import among
from core.locks import alone_with
from core.rows import insert_rows, update_rows
from dues.models import Arrears, Assessment, Due, Relief
from dues.rules.amounts import ZERO
from dues.rules.months import Lightened, Rate, behind, due_in, months_between
from members.models import Member
from members.models.members import ON_THE_ROLL
from orgs.facts import refresh

CHUNK = 5_000  # members in memory at once


class Held(NamedTuple):
    pk: int
    place: int
    amount: Decimal
    paid: Decimal


class Basis(NamedTuple):
    """All that a member's months follow from."""

    place: int
    stays: bool  # on the roll
    rates: Sequence[Rate]
    reliefs: Sequence[Lightened]


@transaction.atomic
def restate(
    members: Collection[int] | None, *, on: date, through: date | None = None, since: date | None = None
) -> None:
    """Bring the months of members, or of all, up to the month of `on`, or up to `through` where somebody pays in advance;
    then who is behind. Months are those of this year and the one before, of members who are named all that there are; from
    `since` on where none before it changed."""
    earliest = date(on.year - 1, 1, 1) if members is None else date.min
    first = max(since or earliest, earliest)
    alone_with("dues.months")
    wanted = _assessed(earliest) if members is None else sorted(set(members))
    touched: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        touched |= _restate(chunk, first, max(through or on, on).replace(day=1))
        if members is not None and first < on.replace(day=1):
            touched |= restate_arrears(chunk, on=on)
    if members is None:
        touched |= restate_arrears(None, on=on)
    refresh((), on=on, nodes=touched)


def _assessed(since: date) -> list[int]:
    rows = Assessment.objects.filter(since__gte=since).order_by("member")
    return list(rows.values_list("member", flat=True).distinct())


def _restate(members: Sequence[int], since: date, last: date) -> set[int]:
    """The Party organizations of which months changed."""
    bases, held = _bases(members, since.replace(month=1)), _held(members, since)
    added: list[tuple[object, ...]] = []
    changed: list[tuple[object, ...]] = []
    gone: list[int] = []
    touched: set[int] = set()
    for member, one in bases.items():
        there = held.get(member, {})
        for month in sorted({*(month for month in _months(one.rates, last) if month >= since), *there}):
            now, wanted = there.get(month), due_in(month, one.rates, one.reliefs) if one.stays else None
            before = len(added) + len(changed) + len(gone)
            if now is None and wanted is not None:
                added.append((member, one.place, month, wanted, ZERO))
            elif now and wanted is None and not now.paid:
                gone.append(now.pk)
            elif now and (then := _then(now, wanted, one.place)) != (now.place, now.amount):
                changed.append((now.pk, *then))
            if len(added) + len(changed) + len(gone) > before:
                touched |= {one.place, now.place if now else one.place}
    insert_rows(Due, ("member_id", "party_organization_id", "month", "amount", "paid"), added)
    if changed:
        update_rows(Due, ("party_organization_id", "amount"), changed)
    if gone:
        writing.remove_rows(Due, "id", gone, by=None, events=())
    return touched


def _months(rates: Sequence[Rate], last: date) -> Sequence[date]:
    """The months until the last one that can be due by these rates."""
    return months_between(min(rate.since for rate in rates), last) if rates else ()


def _then(now: Held, wanted: Decimal | None, place: int) -> tuple[int, Decimal]:
    """Where a month stands that there is, and what is due in it: what is open goes along with its member, what was paid stays."""
    amount = now.paid if wanted is None else wanted
    return place if now.paid < amount else now.place, amount


def _bases(members: Sequence[int], since: date) -> dict[int, Basis]:
    rates: dict[int, list[Rate]] = defaultdict(list)
    entered = Assessment.objects.filter(member__in=among(members), since__gte=since).order_by("pk")
    for member, *rate in entered.values_list("member", "since", "monthly"):
        rates[member].append(Rate(*rate))
    reliefs: dict[int, list[Lightened]] = defaultdict(list)
    approved = Relief.objects.approved().filter(member__in=among(members), last__gte=since).order_by()
    for member, *relief in approved.values_list("member", "since", "last", "monthly"):
        reliefs[member].append(Lightened(*relief))
    rows = Member.objects.filter(pk__in=among(members)).order_by("pk")
    return {
        pk: Basis(place, status in ON_THE_ROLL, rates.get(pk, ()), reliefs.get(pk, ()))
        for pk, place, status in rows.values_list("pk", "party_organization", "status")
    }


def _held(members: Sequence[int], since: date) -> dict[int, dict[date, Held]]:
    """The months that there are, locked: whoever pays one waits, or is waited for."""
    found: dict[int, dict[date, Held]] = defaultdict(dict)
    rows = Due.objects.filter(member__in=among(members), month__gte=since).order_by("pk").select_for_update(no_key=True)
    for member, month, *one in rows.values_list("member", "month", "pk", "party_organization", "amount", "paid"):
        found[member][month] = Held(*one)
    return found


def restate_arrears(members: Collection[int] | None, *, on: date) -> set[int]:
    """Who is behind with months that are over, of some members or of all; the Party organizations of which that changed."""
    rows = Due.objects.open().over(on).order_by("member", "month")
    held = Arrears.objects.order_by()
    if members is not None:
        rows, held = rows.filter(member__in=among(members)), held.filter(member__in=among(members))
    before: dict[int, list[Any]] = {
        pk: one for pk, *one in held.values_list("pk", "party_organization", "first_month", "months", "run", "owed")
    }
    now: dict[int, list[Any]] = {
        pk: [place, *behind(owed)]
        for pk, place, owed in _owing(
            rows.values_list("member", "party_organization", "month", "amount", "paid").iterator()
        )
    }
    _put_arrears(before, now)
    differing = [pk for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk)]
    return {rows_of[pk][0] for rows_of in (before, now) for pk in differing if pk in rows_of}


def _put_arrears(before: Mapping[int, list[Any]], now: Mapping[int, list[Any]]) -> None:
    columns = ("party_organization_id", "first_month", "months", "run", "owed")
    insert_rows(Arrears, ("member_id", *columns), [(pk, *now[pk]) for pk in sorted(now.keys() - before.keys())])
    if changed := [(pk, *now[pk]) for pk in now.keys() & before.keys() if now[pk] != before[pk]]:
        update_rows(Arrears, columns, changed)
    if gone := sorted(before.keys() - now.keys()):
        writing.remove_rows(Arrears, "member_id", gone, by=None, events=())


def _owing(
    rows: Iterable[tuple[int, int, date, Decimal, Decimal]],
) -> Iterator[tuple[int, int, list[tuple[date, Decimal]]]]:
    """Each member with where the newest of the months stands, and the months in their order with what is missing."""
    for member, months in groupby(rows, key=lambda row: row[0]):
        found = [*months]
        yield member, found[-1][1], [(month, amount - paid) for _, _, month, amount, paid in found]
