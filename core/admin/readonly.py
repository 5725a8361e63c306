"""A field that is only looked at: words instead of codes, personal values masked, links that the reader may follow."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import AdminReadonlyField
from django.db import models
from django.utils.safestring import SafeString

from core.admin.table_cells import field_column
from core.listing import Column
from core.listing.columns import reached_by
from core.masking import mask
from core.scope import Scope


def looked_at(field: AdminReadonlyField, scope: Scope) -> SafeString:
    """What stands in the form instead of Django's own text, which knows neither scope nor mask."""
    record, admin = field.form.instance, field.model_admin
    assert admin is not None
    column = column_of(record._meta.get_field(field.field["name"]), admin.admin_site)
    return column.cell(record, reached_by(scope, [column], [record]))


def column_of(field: Any, site: AdminSite) -> Column:
    """The field as a column of a list: a personal value masked, what it refers to with the way there."""
    if getattr(field, "personal", False):
        return Column(str(field.verbose_name), lambda record: mask(getattr(record, field.attname)))
    to = {"link": lambda record: page_of(getattr(record, field.name), site), "to": field.name}
    return field_column(field.model, field.name, **(to if field.is_relation else {}))


def page_of(record: models.Model | None, site: AdminSite) -> str:
    """The page of a record, else its form; empty when the back office does not know such records."""
    admin: Any = site._registry.get(type(record)) if record else None
    if record is None or admin is None:
        return ""
    return admin.record_url(record) or admin.url_of("change", record.pk)
