"""/audit/: the whole trail, for the audit administrator."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import audit_words
from core.history import lines
from core.listing import Column, ListFilters, ListPage, Order
from core.models import AuditEntry
from core.rendering import listed_changes
from core.sealing import state


def _recorded() -> list[type[models.Model]]:
    """The kinds of records that entries are about: those that a scope narrows."""
    return [model for model in apps.get_models() if hasattr(model._default_manager, "within")]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class AuditFilters(ListFilters):
    """Who, what, to which record, from where, on which days; first of all what is risky."""

    risk = django_filters.ChoiceFilter(label="重点操作", method="by_risk")
    user = django_filters.CharFilter(label="操作人", method="by_user")
    action = django_filters.ChoiceFilter(label="操作")
    model = django_filters.ChoiceFilter(label="对象类型")
    named = django_filters.CharFilter(label="对象名称", field_name="label", lookup_expr="contains")
    record = django_filters.CharFilter(label="对象编号", field_name="object_id")
    address = django_filters.CharFilter(label="来源地址")
    since = django_filters.DateFilter(label="从", method="by_first_day", widget=forms.DateInput({"type": "date"}))
    until = django_filters.DateFilter(label="到", method="by_last_day", widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted({model._meta.label_lower: str(model._meta.verbose_name) for model in _recorded()}.items())
        risky = [(name, name) for name in sorted(audit_words.risks)]
        for name, choices in (("risk", risky), ("action", sorted(audit_words.actions.items())), ("model", kinds)):
            self.form.fields[name].choices = choices
        self.form.fields["user"].widget.attrs["placeholder"] = "操作人姓名或登录名"
        for name in ("named", "record", "address"):
            self.form.fields[name].widget.attrs["placeholder"] = self.form.fields[name].label

    def by_risk(self, found: QuerySet, name: str, value: str) -> QuerySet:
        return found.filter(action__in=audit_words.risks[value])

    def by_user(self, found: QuerySet, name: str, value: str) -> QuerySet:
        """Entries of people by their name or sign-in name; those who were never signed in have none."""
        people = get_user_model()._default_manager.filter(Q(name__contains=value) | Q(username__iexact=value))
        return found.filter(user__in=list(people.values_list("pk", flat=True)[:200]))

    def by_first_day(self, found: QuerySet, name: str, value: date) -> QuerySet:
        return found.filter(at__gte=_midnight(value))

    def by_last_day(self, found: QuerySet, name: str, value: date) -> QuerySet:
        return found.filter(at__lt=_midnight(date.fromordinal(value.toordinal() + 1)))


class AuditPage(ListPage):
    """Newest first. Personal values are masked here too: an auditor sees that they changed, not what they are."""

    title = "审计记录"
    permission = "audit.view"
    export_permission = "audit.view"
    rows = AuditEntry.objects
    filters = AuditFilters
    unit = "条"
    columns = (
        Column("时间", lambda row: f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}", kind="date", order="newest"),
        Column("操作人", "user_name"),
        Column("操作", "line.action"),
        Column("对象类型", "line.kind"),
        Column("对象", "label", link=lambda row: _same_record(row)),
        Column("变化", "line.changes", html=lambda row, value: listed_changes(value), export=False),
        Column("变化", lambda row: "；".join(map(str, row.line.changes)), screen=False),
        Column("原因", "reason"),
        Column("来源地址", "address", kind="date"),
    )
    orders = (Order("newest", ("-at", "-pk")),)
    template_name = "core/audit.html"
    empty = "没有符合条件的审计记录。"

    def extra(self) -> dict[str, Any]:
        return {"sealing": state(now=timezone.now())}

    def prepare(self, rows: list[Any]) -> None:
        """Put the readable line on each entry, names of all records in one query a kind."""
        for row, line in zip(rows, lines(rows), strict=True):
            row.line = line


def _same_record(entry: AuditEntry) -> str:
    return f"?model={entry.model}&record={entry.object_id}" if entry.object_id else ""
