"""党课 on the page of an organization."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

from accounts.permissions import Permission as P
from core.panels import Panel, panels
from core.scope import Scope
from tests.careful.models import Lesson


def _lessons(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    return {"lessons": Lesson.objects.within(scope).filter(organization=record.pk).order_by("-held_on", "-pk")[:10]}


panels.add(Panel("lessons", "党课", "orgs.organization", P.REGISTRY_VIEW, "careful/panel.html", _lessons, 90))
