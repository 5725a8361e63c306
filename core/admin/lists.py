"""The list of an admin class: a list page with boxes to tick and what can be done with those ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.listing import Column, ListPage
from core.listing.paging import without_place
from core.rendering import drawn

if TYPE_CHECKING:
    from core.admin.bulk import BulkAction
    from core.admin.modeladmin import ScopedModelAdmin

DECLARED = (
    "filters", "orders", "reads", "unit", "empty", "export_permission", "personal", "reveal_permission",
    "returning_source",
)  # fmt: skip


def label(field: str) -> Callable[[Any], str]:
    """A column's value: what the choice of a field is called."""
    words: dict[Any, Any] = {}

    def read(row: Any) -> str:
        if not words:
            words.update(row._meta.get_field(field).flatchoices)  # Django makes them anew for each row
        value = getattr(row, field)
        return str(words.get(value, value))

    return read


class AdminList(ListPage):
    """Shows what its admin class declares: columns, filters, orders, bulk actions."""

    admin: ScopedModelAdmin = None  # type: ignore[assignment]  # given by as_view
    template_name = "admin/change_list.html"
    results_template_name = "admin/change_list_results.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the declarations over from the admin class."""
        super().setup(request, *args, **kwargs)
        self.permission, self.title = self.admin.view_permission, str(self.admin.opts.verbose_name_plural)
        for name in DECLARED:
            setattr(self, name, getattr(self.admin, name))

    def get_columns(self) -> Sequence[Column]:
        return self.admin.columns_for(self.request)

    def records(self) -> QuerySet:
        return self.admin.listed(self.request)

    def prepare(self, rows: list[Any]) -> None:
        self.admin.prepare(self.request, rows)

    def row_head(self, row: Any) -> str:
        """A box to tick, where something can be done with what is ticked."""
        if not self.offered:
            return ""
        box = '<td class="pick"><input type="checkbox" name="ticked" value="{}" aria-label="勾选{}"></td>'
        return drawn(box, row.pk, row)

    @cached_property
    def offered(self) -> list[BulkAction]:
        return [action for action in self.admin.bulk_actions if self.request.scope.may(action.permission)]

    def extra(self) -> dict[str, Any]:
        url_of = self.admin.url_of
        query = without_place(self.request).urlencode()
        may_add = self.admin.has_add_permission(self.request)
        acts = self.admin.acts if self.offered else ""
        return {
            "model_admin": self.admin,
            "add_url": url_of("add") if may_add else "",
            "import_url": url_of("import") if self.admin.comes_in and may_add else "",
            "acts_url": reverse(acts) if acts else "",
            "bulk_actions": [
                (action, url_of("bulk", action.code) + (f"?{query}" if query else "")) for action in self.offered
            ],
        }
