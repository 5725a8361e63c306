"""Does the money add up: every book line by line, every step with the line that books it. Empty when it does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, DecimalField, F, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce

from dues.models import Book, Due, Entry, EntryKind, HandUp, Income, Refund, Spending
from dues.queries.people import COUNTY
from dues.rules.amounts import ZERO, exact, yuan
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS

HALF = Decimal("0.005")  # SQLite adds in floats
MONEY = DecimalField(max_digits=14, decimal_places=2)


def unreconciled() -> Iterator[str]:
    """Everything that does not agree, in sentences. Set-based."""
    running = Window(Sum("amount"), partition_by=["party_organization", "book"], order_by="number")
    lines = Entry.objects.annotate(off=running - F("balance")).filter(Q(off__gt=HALF) | Q(off__lt=-HALF))
    yield from (f"{row}的余额与以前各笔不符" for row in lines.select_related("party_organization").order_by("pk"))
    books = Entry.objects.order_by().values_list("party_organization__name", "book")
    gaps = books.annotate(lines=Count("pk"), last=Max("number")).exclude(lines=F("last"))
    yield from (f"{name}{Book(book).label}台账序号不连续" for name, book, _, _ in gaps)
    parts = Entry.objects.filter(payments__isnull=False).annotate(sum=Sum("payments__amount"))
    apart = parts.annotate(off=F("sum") - F("amount")).filter(Q(off__gt=HALF) | Q(off__lt=-HALF))
    yield from (f"{row}与交纳明细合计不符" for row in apart.select_related("party_organization").order_by("pk"))
    paid = Due.objects.annotate(off=Coalesce(Sum("payments__amount"), ZERO, output_field=MONEY) - F("paid"))
    unlike = paid.filter(Q(off__gt=HALF) | Q(off__lt=-HALF)).select_related("member").order_by("pk")
    yield from (f"{row}的已交与交纳明细不符" for row in unlike)
    booked: tuple[tuple[QuerySet, str, int], ...] = (
        (Refund.objects.all(), "paid_entry", -1),
        (Refund.objects.all(), "received_entry", 1),
        (Income.objects.all(), "entry", 1),
        (Spending.objects.all(), "entry", -1),
        (HandUp.objects.all(), "sent_entry", -1),
        (HandUp.objects.all(), "received_entry", 1),
    )
    for rows, entry, sign in booked:
        off = rows.exclude(**{entry: None}).exclude(**{f"{entry}__amount": F("amount") * sign})
        yield from (f"{row}与台账金额不符" for row in off.order_by("pk"))
    beyond = Refund.objects.filter(kind=Refund.Kind.REFUND, amount__gt=F("paid_total") * F("rate") / 100 + HALF)
    yield from (f"{row}超过返还比例" for row in beyond.select_related("party_organization").order_by("pk"))
    if (found := flows())["差额"]:
        yield f"收入减支出与各级结存相差 {yuan(found['差额'])} 元"


def flows() -> dict[str, Decimal]:
    """Where every fen is: what came in, went out, is on its way between two Party organizations, and is held at which level."""
    rows = Entry.objects.all()
    came = _sum(
        rows,
        EntryKind.COLLECTED,
        EntryKind.GIFT,
        EntryKind.OPENING,
        EntryKind.FEE,
        EntryKind.SPONSORSHIP,
        EntryKind.PUBLIC,
    )
    spent = -_sum(rows, EntryKind.SPENT)
    on_the_way = -_sum(
        rows, EntryKind.SENT_UP, EntryKind.FROM_BELOW, EntryKind.REFUND_PAID, EntryKind.REFUND, EntryKind.GRANT_PAID,
        EntryKind.GRANT, EntryKind.CARRIED,
    )  # fmt: skip
    county = PartyOrganization.objects.filter(COUNTY, kind__in=["committee", "working_committee", "department"])
    at = {
        "党支部结存": rows.filter(party_organization__kind__in=BRANCH_KINDS),
        "县级以上结存": rows.filter(party_organization__in=county),
        "其他各级结存": rows.exclude(party_organization__kind__in=BRANCH_KINDS).exclude(party_organization__in=county),
    }
    held = {name: _all(found) for name, found in at.items()}
    told = {"收入": came, "使用": spent, "拨付、上缴在途": on_the_way, **held}
    return told | {"差额": came - spent - on_the_way - sum(held.values(), ZERO)}


def _sum(rows: QuerySet, *kinds: str) -> Decimal:
    return _all(rows.filter(Q(kind__in=kinds) | Q(counter_of__kind__in=kinds)))


def _all(rows: QuerySet) -> Decimal:
    return exact(rows.aggregate(sum=Sum("amount"))["sum"])
