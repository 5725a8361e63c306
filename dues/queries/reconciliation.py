"""Does the money add up: every book line by line, every step with the line that books it. Empty when it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Case, Count, DecimalField, F, Max, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce

from dues.models import Book, Due, Entry, EntryKind, HandUp, Income, Payment, Refund, Spending
from dues.queries.steps import unlike_steps
from dues.rules.amounts import ZERO, exact, yuan
from members.queries.people import COUNTY
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS

CAME = (
    EntryKind.COLLECTED,
    EntryKind.GIFT,
    EntryKind.OPENING,
    EntryKind.FEE,
    EntryKind.SPONSORSHIP,
    EntryKind.PUBLIC,
)
ON_THE_WAY = (
    EntryKind.SENT_UP,
    EntryKind.FROM_BELOW,
    EntryKind.REFUND_PAID,
    EntryKind.REFUND,
    EntryKind.GRANT_PAID,
    EntryKind.GRANT,
    EntryKind.CARRIED,
)
BOOKED: tuple[tuple[QuerySet, str, int], ...] = (  # what a line books, and with which sign
    (Refund.objects.all(), "paid_entry", -1),
    (Refund.objects.all(), "received_entry", 1),
    (Income.objects.all(), "entry", 1),
    (Spending.objects.all(), "entry", -1),
    (HandUp.objects.all(), "sent_entry", -1),
    (HandUp.objects.all(), "received_entry", 1),
)
OF_STEPS = (  # lines that are never without what they book
    *(kind for kind in ON_THE_WAY if kind != EntryKind.CARRIED),
    EntryKind.FEE,
    EntryKind.SPONSORSHIP,
    EntryKind.PUBLIC,
    EntryKind.SPENT,
)
HALF = Decimal("0.005")  # SQLite adds in floats
MONEY = DecimalField(max_digits=14, decimal_places=2)


def unreconciled() -> Iterator[str]:
    """Everything that does not agree, in sentences. Set-based."""
    running = Window(Sum("amount"), partition_by=["party_organization", "book"], order_by="number")
    lines = Entry.objects.annotate(off=running - F("balance")).filter(Q(off__gt=HALF) | Q(off__lt=-HALF))
    yield from (f"{row}的余额与以前各笔不符" for row in lines.select_related("party_organization").order_by("pk"))
    books = Entry.objects.order_by().values_list("party_organization", "party_organization__name", "book")
    gaps = books.annotate(lines=Count("pk"), last=Max("number")).exclude(lines=F("last"))
    yield from (f"{name}{Book(book).label}台账序号不连续" for _, name, book, *_ in gaps)
    parts = Entry.objects.filter(payments__isnull=False).annotate(sum=Sum("payments__amount"))
    apart = parts.annotate(off=F("sum") - F("amount")).filter(Q(off__gt=HALF) | Q(off__lt=-HALF))
    yield from (f"{row}与交纳明细合计不符" for row in apart.select_related("party_organization").order_by("pk"))
    paid = Due.objects.annotate(off=Coalesce(Sum("payments__amount"), ZERO, output_field=MONEY) - F("paid"))
    unlike = paid.filter(Q(off__gt=HALF) | Q(off__lt=-HALF)).select_related("member").order_by("pk")
    yield from (f"{row}的已交与交纳明细不符" for row in unlike)
    astray = Payment.objects.exclude(due=None).exclude(due__member=F("member")).select_related("member", "due__member")
    yield from (f"{row}记在另一名党员的应交月份（{row.due}）上" for row in astray.order_by("pk"))
    for rows, entry, sign in BOOKED:
        off = rows.exclude(**{entry: None}).exclude(**{f"{entry}__amount": F("amount") * sign})
        yield from (f"{row}与台账金额不符" for row in off.order_by("pk"))
    named = [Q(pk__in=rows.exclude(**{entry: None}).values(entry)) for rows, entry, _ in BOOKED]
    alone = Entry.objects.filter(Q(kind__in=OF_STEPS) | Q(kind=EntryKind.OPENING, book=Book.FUND)).exclude(
        reduce(or_, named)
    )
    yield from (f"{row}没有对应的办理事项" for row in alone.select_related("party_organization").order_by("pk"))
    yield from (why for _, why in unlike_steps(Refund.objects.all()))
    beyond = Refund.objects.filter(kind=Refund.Kind.REFUND, amount__gt=F("paid_total") * F("rate") / 100 + HALF)
    yield from (f"{row}超过返还比例" for row in beyond.select_related("party_organization").order_by("pk"))
    if (found := flows())["差额"]:
        yield f"收入减支出与各级结存相差 {yuan(found['差额'])} 元"


def flows() -> dict[str, Decimal]:
    """Where every fen is: what came in, went out, is on its way between two Party organizations, and is held at which level."""
    county = PartyOrganization.objects.filter(COUNTY, kind__in=["committee", "working_committee", "department"])
    level = Case(
        When(party_organization__kind__in=BRANCH_KINDS, then=Value("党支部结存")),
        When(party_organization__in=county.values("pk"), then=Value("县级以上结存")),
        default=Value("其他各级结存"),
    )
    lines = Entry.objects.order_by().values_list(
        Coalesce("counter_of__kind", "kind"), level
    )  # one statement: one moment
    found = [(kind, place, exact(total)) for kind, place, total in lines.annotate(total=Sum("amount"))]

    def of(kinds: Iterable[str]) -> Decimal:
        return sum((total for kind, _, total in found if kind in kinds), ZERO)

    came, spent, on_the_way = of(CAME), -of([EntryKind.SPENT]), -of(ON_THE_WAY)
    places = ("党支部结存", "县级以上结存", "其他各级结存")
    held = {name: sum((total for _, place, total in found if place == name), ZERO) for name in places}
    told = {"收入": came, "使用": spent, "拨付、上缴在途": on_the_way, **held}
    return told | {"差额": came - spent - on_the_way - sum(held.values(), ZERO)}
