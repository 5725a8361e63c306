"""What of a record a reader gets to see: `{% masked record "phone" %}` with a button where it may be seen in full, and
`{% looked_at field %}` for a field of a form that is not theirs to fill."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.admin.helpers import AdminReadonlyField
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString

from core.admin import readonly
from core.masking import mask
from core.scope import may_change

register = template.Library()


@register.inclusion_tag("core/masked.html", takes_context=True)
def masked(context: Any, record: models.Model, field: str) -> dict[str, Any]:
    """The record's personal field, masked; the button needs the model's `reveal_permission` where the record is changed."""
    value, permission = getattr(record, field), getattr(record, "reveal_permission", "")
    may = bool(value and permission and may_change(record, context["request"].scope, permission))
    url = reverse("reveal", args=(record._meta.label_lower, record.pk, field)) if may else ""
    label = record._meta.get_field(field).verbose_name  # type: ignore[union-attr]
    return {"masked": mask(value), "url": url, "label": label, "csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def looked_at(context: Any, field: AdminReadonlyField) -> SafeString:
    """A read-only field of the back office in words, within the reader's scope."""
    return readonly.looked_at(field, context["request"].scope)
