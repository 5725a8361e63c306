"""Dates: every date says whether it may lie ahead, and what has happened is refused for tomorrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory
from django.utils import timezone

from core.admin import TableAdmin
from core.admin.table_cells import CellReader
from core.days import AnyDay, DayField, EventDateField, InFuture, PastDay, require_past
from tests.people import TODAY, City
from tests.test_guards import OURS, addresses

TOMORROW = TODAY + timedelta(days=1)
DAYS = [
    field
    for model in apps.get_models()
    if model._meta.app_label in OURS
    for field in model._meta.concrete_fields
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
]


def subclasses(base: type) -> Iterator[type]:
    """All classes below one, of the project's apps."""
    for found in base.__subclasses__():
        if found.__module__.split(".")[0] in OURS:
            yield found
        yield from subclasses(found)


def test_every_date_of_a_model_is_an_event_s_a_period_s_or_a_deadline() -> None:
    assert [str(field) for field in DAYS if not isinstance(field, DayField)] == []
    assert len(DAYS) > 50


def test_only_what_is_named_as_a_period_or_a_deadline_may_lie_ahead() -> None:
    ahead = {field.name for field in DAYS if not isinstance(field, EventDateField)}
    assert ahead == {
        "since", "until", "valid_from", "term_ends_on", "planned_by", "due_on", "ends_on", "extended_to",
        "month", "begins_on", "planned_on", "put_off_to", "last", "first_month", "last_month",
        "first_day", "last_day", "self_until", "street_until", "department_until", "notice_until",
        "propose_until", "expires_on",
    }  # fmt: skip


def test_an_event_of_tomorrow_is_refused_at_its_field_whichever_model() -> None:
    for field in DAYS:
        today, tomorrow = {field.name: TODAY}, {field.name: TOMORROW}
        require_past(field.model, today, on=TODAY)
        if isinstance(field, EventDateField):
            with pytest.raises(InFuture) as refused:
                require_past(field.model, tomorrow, on=TODAY)
            assert set(refused.value.message_dict) == {field.name}
            assert str(field.verbose_name) in str(refused.value)
        else:
            require_past(field.model, tomorrow, on=TODAY)


def test_every_date_of_a_form_says_whether_it_may_lie_ahead(city: City) -> None:
    assert addresses()  # every form is loaded with the addresses
    asked = RequestFactory().get("/")
    asked.user, asked.scope = city.user("city"), city.scope("city")  # type: ignore[attr-defined]
    backstage = [one.get_form(asked) for one in admin.site._registry.values()]
    met = 0
    for form in chain(subclasses(forms.BaseForm), backstage):
        for name, field in getattr(form, "base_fields", {}).items():
            if not isinstance(field, forms.DateField):
                continue
            met += 1
            assert isinstance(field, PastDay | AnyDay), (form, name)
            column = next(
                (f for f in DAYS if form in backstage and (f.model, f.name) == (form._meta.model, name)), None
            )
            assert column is None or isinstance(field, PastDay) == (column.form_class is PastDay), (form, name)
            with pytest.raises(ValidationError, match="在 1900 年以前，请核对"):
                field.clean("0201-01-01")
            if isinstance(field, PastDay):
                _refuses_tomorrow(field)
    assert met > 30


def _refuses_tomorrow(field: PastDay) -> None:
    today = timezone.localdate()
    assert field.clean(today.isoformat()) == today
    with pytest.raises(ValidationError, match="在今天之后，还没有发生的不能登记；请填写今天或以前的日期"):
        field.clean((today + timedelta(days=1)).isoformat())


def test_the_browser_offers_no_later_day_than_today() -> None:
    class Form(forms.Form):
        held_on, planned_by = PastDay(label="日期"), AnyDay(label="时限")

    form = Form()
    assert f'max="{timezone.localdate().isoformat()}"' in str(form["held_on"])
    assert "max" not in str(form["planned_by"])


def test_a_table_reads_a_day_ahead_where_the_record_may_hold_one() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    met = 0
    for table in admin.site._registry.values():
        names = table.field_columns if isinstance(table, TableAdmin) else {}
        for day in [one for one in DAYS if one.model is table.model and one.name in names]:
            met, cell = met + 1, CellReader(day)
            if isinstance(day, EventDateField):
                with pytest.raises(ValueError, match="不是日期，或在今天之后"):
                    cell.clean(tomorrow.isoformat())
            else:
                assert cell.clean(tomorrow.isoformat()) == tomorrow
    assert met > 15


# whether an end is known at all, not whether it has come
KNOWN_ENDS = {
    "orgs/services/appointments.py",
    "orgs/services/duties.py",
    "orgs/sources/coverage.py",
}


def test_an_end_that_lies_ahead_is_taken_for_none_everywhere() -> None:
    base = Path(settings.BASE_DIR)
    asking = {
        str(path.relative_to(base))
        for folder in OURS.values()
        for path in folder.rglob("*.py")
        if not {"migrations", "models", "models.py"} & set(path.parts[-2:])
        and re.search(r"until(=None|__isnull)", path.read_text())
    }
    assert asking - {"core/periods.py"} == KNOWN_ENDS
