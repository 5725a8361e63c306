"""A small table of the back office, declared once.

The model says who sees and changes its rows (`core.scope`), its fields what they are called and hold. The declaration names
the columns; list, form, filters, workbook both ways, the trail's words and what is done with a row (`core.services`) follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property

from core.admin.forms import ServiceForm
from core.admin.modeladmin import ScopedModelAdmin
from core.admin.table_cells import CellReader, FieldColumn, field_column
from core.admin.table_import import table_view
from core.importing.round_trip import Part, Returning
from core.listing import Column, ListFilters
from core.listing.columns import NAME
from core.listing.filters import NamedFilters
from core.services import RowServices


class TableForm(ServiceForm):
    """The fields that the table names, and why. Where a row can only end, the day of its end is asked for."""

    admin: TableAdmin
    reason = forms.CharField(label="原因或依据", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = self.admin.services.ends_with
        if self.instance.pk and self.fields.keys() - {"reason"} == {last}:
            self.fields[last].required = True


class TableAdmin(ScopedModelAdmin):
    """A small table. What is personal stands in its form alone."""

    services: RowServices[Any]
    services_class: type[RowServices[Any]] = RowServices  # of the services, where nothing else is to be said of them
    whose: Sequence[Column] = ()  # columns before the table's own that tell whose a row is
    shown: Sequence[str | Column] = ()  # fields on the screen, in the form and in the workbook; a column is only shown
    more: Sequence[str] = ()  # fields in the form and in the workbook
    fixed: Sequence[str] = ()  # fields that say what a row is about: another one is another row
    # fields that tell a row of a workbook without mark; without, one that agrees in every cell is known
    key: Sequence[str] = ()
    field_columns: Mapping[str, FieldColumn]  # by whose cells a row is set
    form = TableForm
    comes_in = True

    def __init__(self, model: type[models.Model], site: AdminSite) -> None:
        if not hasattr(self, "services"):
            self.services = self.services_class(model)
        named = [one for one in (*self.whose, *self.shown, *self.more) if isinstance(one, (str, FieldColumn))]
        names = [one if isinstance(one, str) else one.field for one in named]
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        if not self.fieldsets:
            self.fields = (*names, "reason")  # type: ignore[misc]
        self.search_fields = [f.name for f in model._meta.fields if f.name == "name"]  # type: ignore[misc]
        self.autocomplete_fields = [field.name for field in fields if field.is_relation]  # type: ignore[misc]
        self.columns = self._columns(model, {field.name for field in fields if getattr(field, "personal", False)})
        self.field_columns = {column.field: column for column in self.columns if isinstance(column, FieldColumn)}
        for name in self.field_columns:
            CellReader(model._meta.get_field(name))  # a field that no cell can hold is told when the server starts
        self.filters = _filters(model, self.filters, [field for field in fields if field.choices])
        super().__init__(model, site)

    def _columns(self, model: type[models.Model], personal: set[str]) -> list[Column]:
        """Of the first field the cell leads to the row's form."""
        more: dict[str, Any] = {"link": lambda row: self.url_of("change", row.pk)}
        if not self.whose:
            more["kind"] = NAME
        found: list[Column] = [*self.whose]
        for one in self.shown:
            if isinstance(one, str):
                one, more = field_column(model, one, **more), {}
            found.append(one)
        return found + [field_column(model, name, screen=False) for name in self.more if name not in personal]

    @cached_property
    def returning(self) -> Returning:
        return Returning(
            str(self.opts.verbose_name_plural),
            tuple(
                Part(getattr(column, "field", "") or column.header, column.header, names_row=column in self.whose)
                for column in self.columns
                if column.export
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        view = self.admin_site.admin_view(partial(table_view, self))
        return [path("import/", view, name=name), *super().get_urls()]

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """The workbook can come back edited."""
        return self.returning.columns(self.columns)

    def listed(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related(*self.autocomplete_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a row is about is entered once."""
        return self.fixed if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        ended = obj and self.services.ended(obj, timezone.localdate())
        return not ended and super().has_change_permission(request, obj)

    def notes(self, row: Any) -> Iterable[str]:
        """What is worth knowing of a row that was just written."""
        return ()

    def write(self, request: HttpRequest, form: ServiceForm) -> models.Model:
        """Hand what was filled in to the table's services, and tell what is worth knowing of the row."""
        row = self.model._default_manager.filter(pk=form.instance.pk).first()
        values = dict(form.values if row else form.cleaned_data)
        values.pop("reason", None)
        saved: models.Model = self.services.write(row=row, values=values, **form.trail)
        for note in self.notes(saved):
            messages.warning(request, note)
        return saved


def _filters(model: type[models.Model], base: type[ListFilters], chosen: Iterable[Any]) -> type[ListFilters]:
    """Those of the declaration, else by name, with one for each field that has choices."""
    if base is ListFilters and any(field.name == "name" for field in model._meta.fields):
        base = NamedFilters
    own = {
        field.name: django_filters.ChoiceFilter(label=str(field.verbose_name), choices=field.choices)
        for field in chosen
        if field.name not in base.base_filters
    }
    return type(f"{model.__name__}Filters", (base,), own)
