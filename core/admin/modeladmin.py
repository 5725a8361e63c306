"""An admin class bound to the request's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import flatten, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import cached_property

from core.admin.bulk import BulkAction, bulk_view
from core.admin.forms import ServiceForm
from core.admin.lists import AdminList
from core.admin.saving import SavingByService
from core.admin.widgets import Autocomplete
from core.fields import EncryptedTextField
from core.history import history_of
from core.listing import Column, Order
from core.listing.filters import ListFilters
from core.listing.paging import COUNT_BOUND
from core.pages import to_attach, to_change, way_back
from core.panels import panels_for
from core.scope import may_change
from core.search import search
from core.views.failures import SAFE


class BoundedPaginator(Paginator):
    """Counts no further than anybody pages: autocompletes over a million rows stay fast."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[:COUNT_BOUND].count()


class ScopedModelAdmin(SavingByService, ModelAdmin):  # type: ignore[misc]
    """Declares a model's list, form and writing services. Subclasses give `create` and `change`; nothing is deleted.

    Who may write, and which rows, the model says (`core.scope`).
    """

    # rights
    view_permission = "registry.view"
    export_permission: str  # empty: the list is not exported
    # the index
    group: str
    order: int
    note: str
    # the list
    columns: Sequence[Column] = (Column("名称", str),)
    reads: Sequence[str] = ()
    filters: type[ListFilters] = ListFilters
    orders: Sequence[Order] = (Order("id", ()),)
    bulk_actions: Sequence[BulkAction] = ()
    acts = ""  # the address of the list of what was done with many at once
    unit = "条"
    empty = "没有符合条件的记录。"
    personal = False
    reveal_permission = ""  # who may have personal values whole in the workbook; empty: nobody
    returning_source = ""  # the source by which the list's workbook comes back edited
    indexed_names = False  # names are indexed by pairs of characters (core.search)
    codes: tuple[str, ...] = ()
    comes_in = False  # the list can come in as a workbook (`core.admin.table`)
    # the form
    form = ServiceForm
    ordering = ("pk",)
    paginator = BoundedPaginator

    def listed(self, request: HttpRequest) -> QuerySet:
        """Rows of the list; by default all that the scope may see."""
        return self.get_queryset(request)

    def columns_for(self, request: HttpRequest) -> Sequence[Column]:
        """The columns of the list; a subclass may choose them by the request."""
        return self.columns

    def prepare(self, request: HttpRequest, rows: list[Any]) -> None:
        """Add to one page of rows what takes queries of its own."""

    @property
    def media(self) -> forms.Media:
        """Only what the widgets bring: our pages have their own scripts."""
        return forms.Media()

    # what is seen

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model._default_manager.within(request.scope).order_by(*self.ordering)  # type: ignore[attr-defined]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Autocompletes ask the same index as the lists."""
        if self.indexed_names:
            return search(queryset, search_term, codes=self.codes), False
        return super().get_search_results(request, queryset, search_term)

    def suggestion(self, record: models.Model) -> str:
        """What a record is called in an autocomplete."""
        return str(record)

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        return AdminList.as_view(admin=self)(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record, read once for a page: whether it may be changed is asked before Django's own view asks for it."""
        asked = (self.model, object_id)
        if getattr(request, "_record", (None,))[0] != asked or request.method not in SAFE:
            request._record = (asked, super().get_object(request, object_id, from_field))  # type: ignore[attr-defined]
        return request._record[1]  # type: ignore[attr-defined]

    # who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """By the scope; which rows is the queryset's matter."""
        return request.scope.may(self.view_permission)  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By the scope; where, the form's choices say."""
        return request.scope.may(self.model.change_permission)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """By the scope: the row must be the user's to change, not only to see."""
        if obj is None:
            return self.has_add_permission(request)
        return may_change(obj, request.scope)  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is deleted: things end on a day."""
        return False

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(f"没有这条{opts.verbose_name}，或不在您的管辖范围")

    # the form

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """The form class, knowing whom it serves; whoever may only look needs nothing of the form that writes."""
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change=change, **{**kwargs, "form": forms.ModelForm})
        form = super().get_form(request, obj, change=change, **kwargs)
        form.admin, form.request = self, request  # type: ignore[attr-defined]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """Whoever may only look sees the record's own fields, as `core.admin.readonly` shows them."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        own = {field.name for field in self.opts.fields}
        return [
            (title, {**options, "fields": [name for name in flatten(options["fields"]) if name in own]})
            for title, options in fieldsets
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """The form; whoever may only look is sent to the record's page where there is one, and writes nothing."""
        found = self.get_object(request, unquote(object_id))
        if found and self.has_view_permission(request, found) and not self.has_change_permission(request, found):
            if request.method == "POST":
                to_change(self.model._default_manager.all(), request.scope, found.pk)  # type: ignore[attr-defined, arg-type]
                raise PermissionDenied("这条记录已经终止，不能再改。")
            if url := self.record_url(found):
                return HttpResponseRedirect(url)
        return super().change_view(request, object_id, form_url, dict(extra_context or {}))

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Plain browser widgets: dates by the browser, no pop-ups beside drop-downs, no text area for a phone."""
        if isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
            kwargs["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        elif isinstance(db_field, models.TimeField):  # Django's own asks for scripts that are not served here
            kwargs["widget"] = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        if isinstance(db_field, EncryptedTextField):
            kwargs["widget"] = forms.TextInput(attrs={"autocomplete": "off"})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(value, name if value else "—") for value, name in field.choices]  # type: ignore[misc, union-attr]
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what the user may write to can be chosen, and what the record names already."""
        rows = db_field.related_model._default_manager.all()
        choices = rows.attachable(request.scope, self.model)  # type: ignore[attr-defined]
        key = request.resolver_match and request.resolver_match.kwargs.get("object_id")
        if key and choices.query.has_filters():  # else it can name everything
            named = self.get_queryset(request).filter(pk=unquote(key)).order_by().values(db_field.attname)
            choices |= rows.filter(pk__in=named)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **{"queryset": choices, **kwargs})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address fills in; what could not be chosen is refused at once."""
        filled: dict[str, Any] = super().get_changeform_initial_data(request)  # type: ignore[assignment]
        for field in self.opts.concrete_fields:
            if field.remote_field and (key := filled.get(field.name)):
                rows: Any = field.related_model._default_manager.all()  # type: ignore[union-attr]
                to_attach(rows, request.scope, key, to=self.model)  # type: ignore[attr-defined]
        return filled

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], obj: models.Model | None = None, **kwargs: Any
    ) -> HttpResponse:
        context["record_url"] = way_back(request, self.record_url(obj) if obj else "")
        if obj and not self.record_url(obj):  # its form is its page
            context["panels"] = panels_for(obj, request.scope, timezone.localdate())  # type: ignore[attr-defined]
        return super().render_change_form(request, context, obj=obj, **kwargs)

    # addresses

    def get_urls(self) -> list[URLPattern]:
        """The bulk actions stand before the records."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_bulk"
        bulk = path("bulk/<slug:code>/", self.admin_site.admin_view(partial(bulk_view, self)), name=name)
        return [bulk, *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        lines = history_of(record, request.scope)  # type: ignore[attr-defined]
        context = {"title": f"变动记录：{record}", "original": record, "opts": self.opts, "lines": lines}
        return render(request, "admin/history.html", context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise PermissionDenied("登记过的不能删除，请填写终止日期")
