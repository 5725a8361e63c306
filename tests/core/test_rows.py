"""Bulk writing stores what the ORM would have stored, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.models import AuditEntry
from core.numbering import reserve_ids
from core.rows import insert_rows, update_rows
from orgs.models import Organization, Region
from tests.people import LONG_AGO, City


def test_inserted_rows_read_back_with_defaults(city: City) -> None:
    ids = reserve_ids(Organization, 2)
    street = city["CZ111"]
    rows = [
        (
            ids[0],
            "澄州制表\t符与\\反斜线厂",
            "换\n行",
            Decimal("100.5"),
            date(2019, 3, 5),
            {"备注": '引"号\\'},
            street.pk,
            LONG_AGO,
            "13900000000",
        ),
        (ids[1], "澄州空值厂", "无码", None, None, {}, street.pk, LONG_AGO, ""),
    ]
    names = [
        "id",
        "name",
        "no_code_reason",
        "capital",
        "registered_on",
        "other_columns",
        "managed_by_id",
        "managed_since",
        "contact_phone",
    ]
    assert insert_rows(Organization, names, rows) == 2
    first, second = Organization.objects.order_by("pk")
    assert (first.name, first.no_code_reason) == ("澄州制表\t符与\\反斜线厂", "换\n行")
    assert (first.capital, first.registered_on) == (Decimal("100.5"), date(2019, 3, 5))
    assert first.other_columns == {"备注": '引"号\\'}
    assert first.contact_phone == "13900000000"
    assert (second.capital, second.status, second.in_scope, second.version) == (None, "NORMAL", True, 1)
    assert second.created_at is not None


def test_reserved_ids_are_never_given_twice(city: City) -> None:
    reserved = reserve_ids(Organization, 3)
    later = city.organization()
    assert later.pk not in reserved
    assert not set(reserve_ids(Organization, 3)) & {*reserved, later.pk}


def test_updated_rows_change_only_their_columns(city: City) -> None:
    first, _, third = [city.organization(f"厂{n}", staff=n) for n in "123"]
    assert update_rows(Organization, ["name", "staff"], [(first.pk, "新名", None), (third.pk, "厂3", 7)]) == 2
    found = Organization.objects.order_by("pk").values_list("name", "staff")
    assert list(found) == [("新名", None), ("厂2", 2), ("厂3", 7)]


def test_moments_are_stored_as_the_orm_stores_them(city: City) -> None:
    moment = datetime(2026, 11, 24, 8, 30, 15, 123456, tzinfo=UTC)
    insert_rows(AuditEntry, ["at", "user_name", "action", "model", "label"], [(moment, "系统", "a.b", "x.y", "z")])
    assert AuditEntry.objects.order_by("-pk").first().at == moment


@pytest.mark.parametrize("attribute", ["nothing", "region__name"])
def test_an_unknown_column_is_refused(city: City, attribute: str) -> None:
    with pytest.raises(ValueError, match="has no column"):
        insert_rows(Organization, [attribute], [])


class AnyText(TestCase):
    """Whatever text goes in comes out."""

    @settings(max_examples=60)
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
    def test_any_text_survives(self, text: str) -> None:
        """Round trip of one text."""
        insert_rows(Region, ["code", "name", "level"], [("990000000000", text, "city")])
        assert Region.objects.get(code="990000000000").name == text

    @settings(max_examples=60)
    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
    def test_any_text_survives_that_all_rows_share(self, text: str) -> None:
        """It is part of the statement on SQLite: quotes, percent signs and braces stay what they are."""
        insert_rows(Region, ["code"], [("990000000000",)], {"name": text, "level": "city"})
        assert Region.objects.get(pk="990000000000").name == text
