"""A book is a row of numbered lines with a balance that never falls below zero; what is closed or booked stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from core import append_only
from core.models import PROOF, AuditEntry
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Book, Closing, Entry, EntryKind
from dues.services import ledger
from tests.ledger import NOW, book, told
from tests.people import TODAY, City
from tests.test_trail import audited

OCTOBER = YearMonth(2026, 10)


def test_each_book_numbers_its_lines_and_keeps_its_balance(city: City) -> None:
    for amount in ("100.10", "0.05", "-100.15", "30"):
        book(city, amount)
    book(city, "7", of=Book.FUND, kind=EntryKind.PUBLIC)
    book(city, "9", at="CZ111", kind=EntryKind.FROM_BELOW)
    lines = Entry.objects.filter(party_organization=city["CZ1111"], book="DUES").order_by("number")
    assert [(one.number, one.balance) for one in lines] == [
        (1, Decimal("100.10")), (2, Decimal("100.15")), (3, Decimal("0.00")), (4, Decimal("30.00")),
    ]  # fmt: skip
    assert {*Entry.objects.exclude(pk__in=lines).values_list("number", "balance")} == {(1, 7), (1, 9)}


@pytest.mark.parametrize(
    ("amount", "day", "sentence"),
    [
        ("-0.01", TODAY, "余额 0.00 元，不足以支出 0.01 元"),
        ("1.005", TODAY, "不是整分"),
        ("1", TODAY + timedelta(days=1), "在今天之后"),
        ("1", date(2026, 10, 31), "已结账至 2026-10-31"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_reason(city: City, amount: str, day: date, sentence: str) -> None:
    book(city, "5", day=date(2026, 10, 5))
    book(city, "-5", day=date(2026, 10, 6), kind=EntryKind.SENT_UP)
    ledger.close(party_organization=city["CZ1111"], book=Book.DUES, month=OCTOBER, **told(city))
    with pytest.raises(Refusal, match=sentence):
        book(city, amount, day=day)
    book(city, "1", day=date(2026, 11, 1))


def test_the_database_knows_no_balance_below_zero_and_no_number_twice(city: City) -> None:
    first = book(city, "5")
    told_ = {"party_organization": first.party_organization, "book": "DUES", "day": TODAY, "kind": "COLLECTED",
             "amount": 1, "entered_at": NOW, "text": "直接写入"}  # fmt: skip
    for number, balance in ((1, 6), (2, -1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(number=number, balance=balance, **told_)


def test_a_counter_entry_takes_back_the_whole_amount_once(city: City) -> None:
    entry = book(city, "12.30")
    back = ledger.counter(entry=entry, reason="金额有误", **told(city))
    assert (back.amount, back.balance, back.counter_of, back.text) == (
        Decimal("-12.30"), 0, entry, "冲正第 1 号：金额有误",
    )  # fmt: skip
    for one in (entry, back):
        with pytest.raises(Refusal, match="不能再冲正"):
            ledger.counter(entry=one, reason="再次", **told(city))
    with pytest.raises(Refusal, match="请写明原因"):
        ledger.counter(entry=book(city, "1"), reason=" ", **told(city))


def test_what_was_spent_meanwhile_cannot_be_countered(city: City) -> None:
    entry = book(city, "10")
    book(city, "-4", kind=EntryKind.SENT_UP)
    with pytest.raises(Refusal, match=r"余额 6\.00 元，不足以支出 10\.00 元"):
        ledger.counter(entry=entry, reason="重复登记", **told(city))


def test_a_month_is_closed_after_its_end_once_and_with_what_it_held(city: City) -> None:
    close = {"party_organization": city["CZ1111"], "book": Book.DUES, **told(city)}
    with pytest.raises(Refusal, match="没有党费台账"):
        ledger.close(month=OCTOBER, **close)
    book(city, "5", day=date(2026, 10, 5))
    with pytest.raises(Refusal, match="还没有结束"):
        ledger.close(month=YearMonth.of(TODAY), **close)
    book(city, "7")
    closing = ledger.close(month=OCTOBER, **close)
    assert (closing.through, closing.number, closing.balance) == (date(2026, 10, 31), 1, 5), "as of that day"
    with pytest.raises(Refusal, match="已结账至 2026-10-31"):
        ledger.close(month=OCTOBER, **close)
    ledger.close_through(month=OCTOBER, **close)
    assert Closing.objects.count() == 1


def test_each_line_stands_in_the_trail_with_its_proof(city: City) -> None:
    entry = book(city, "3.50")
    told_ = AuditEntry.objects.get(model="dues.entry", object_id=str(entry.pk))
    assert (told_.action, told_.path, told_.user) == ("dues.post", city["CZ1111"].path, city.user("treasurer"))
    assert told_.changes["amount"] == [None, "3.5"]
    assert told_.changes[PROOF][1].count(":") == 2
    assert audited(Entry)
    assert audited(Closing)


def test_rows_that_only_grow_are_neither_changed_nor_removed_by_any_way(city: City) -> None:
    entry = book(city, "1")
    for act in (
        lambda: entry.save(), lambda: entry.delete(), lambda: Entry.objects.update(text="x"),
        lambda: Entry.objects.all().delete(),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="台账只能追加"):
            act()
    connection.check_constraints()
    for statement in ("UPDATE dues_entry SET text = text", "DELETE FROM dues_entry"):
        with (
            pytest.raises(DatabaseError, match=append_only.REFUSAL),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with append_only.rewriting(*append_only.tables()), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with pytest.raises(DatabaseError, match=append_only.REFUSAL), transaction.atomic():
                cursor.execute("UPDATE dues_entry SET text = text")


def test_every_table_that_only_grows_has_its_triggers(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
            wanted = {f"{table}_{which}" for table in append_only.tables() for which in ("rows", "whole")}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            wanted = {name for table in append_only.tables() for name in append_only.triggers(table)}
        assert wanted <= {name for (name,) in cursor.fetchall()}
