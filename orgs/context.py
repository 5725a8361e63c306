"""What the frame of every page knows of the registry: whose city this is."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from orgs.models import Region


def city(request: HttpRequest) -> dict[str, object]:
    """Context processor: the name of the region at the root, read when a template asks for it."""
    return {"city_name": SimpleLazyObject(_root_name)}


def _root_name() -> str:
    return Region.objects.filter(parent=None).order_by("code").values_list("name", flat=True).first() or ""
