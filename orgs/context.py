"""What the frame of every page knows of the registry: whose city this is."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from orgs.models import Region

_known: list[str] = []


def city(request: HttpRequest) -> dict[str, object]:
    """Context processor: the name of the region at the root, read when a template asks for it."""
    return {"city_name": SimpleLazyObject(_root_name)}


def _root_name() -> str:
    """Read once a process, as soon as there is one: a city is renamed by a restart."""
    if not _known and (
        name := Region.objects.filter(parent=None).order_by("code").values_list("name", flat=True).first()
    ):
        _known.append(name)
    return _known[0] if _known else ""
