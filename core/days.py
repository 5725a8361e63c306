"""Days of three kinds, and what may lie ahead (rules §10): facts are stated for today.

What has happened has a day up to today (`EventDateField`): tomorrow is refused at its field, in a form by the field itself,
elsewhere by the writing module. A period (`PeriodDateField`) may begin or end ahead; it does so by itself, by the nightly job.
A deadline (`DeadlineField`) may lie ahead. Every date of a model is one of the three, every date of a form a `PastDay` or an
`AnyDay`; `tests/test_days.py` walks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from core.refusals import Refusal

FIRST_YEAR = 1900


class InFuture(ValidationError, Refusal):
    """What has not happened yet cannot be entered. A form shows it at the field, a page as a sentence."""

    def __str__(self) -> str:
        return "；".join(self.messages)


def not_yet(label: str, day: date) -> str:
    return f"{label} {day.isoformat()} 在今天之后，还没有发生的不能登记；请填写今天或以前的日期"


def not_over_yet(label: str, day: date | None, *, known: date | None = None) -> date | None:
    """A day until which something is promised or asked for, as it is typed now: one that is over can only have been known
    before."""
    if day and day != known and day < timezone.localdate():
        raise ValidationError(f"{label} {day.isoformat()} 已经过了，请填写今天或以后的日期", code="over")
    return day


class AnyDay(forms.DateField):
    """A day of a period, or a deadline: it may lie ahead. A year before 1900 is a slip."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and value.year < FIRST_YEAR:
            raise ValidationError(f"{value.isoformat()} 在 {FIRST_YEAR} 年以前，请核对", code="long_ago")


class PastDay(AnyDay):
    """A day up to today. Pages know no other clock than the server's."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(not_yet(str(self.label or "日期"), value), code="future")

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """The browser offers no later day than the day of this page."""
        self.widget.attrs["max"] = timezone.localdate().isoformat()
        return super().get_bound_field(form, field_name)


_DATE = models.DateField()


class DayField(models.DateField):
    """What the three kinds share: the database and its migrations know them as dates."""

    form_class: type[forms.DateField] = AnyDay

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs

    def get_col(self, alias: str, output_field: models.Field | None = None) -> Any:
        """As a plain date: a query may put days of different kinds beside each other."""
        return super().get_col(alias, output_field or _DATE)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{**kwargs, "form_class": self.form_class})


class EventDateField(DayField):
    """The day of something that has happened."""

    form_class = PastDay


class PeriodDateField(DayField):
    """The first day of a period or the day of its end, which is not its own."""


class DeadlineField(DayField):
    """The day until which something should be done."""


def require_past(model: type[models.Model], values: Mapping[str, Any], *, on: date | None = None) -> None:
    """Refuse days after today (`on`, else the server's) of what has happened. Raises InFuture naming each field."""
    today = on or timezone.localdate()
    late = {
        field.name: not_yet(str(field.verbose_name), value)
        for field in model._meta.concrete_fields
        if isinstance(field, EventDateField) and (value := values.get(field.name)) and value > today
    }
    if late:
        raise InFuture(late)
