"""Writes `landed.json.xz`: a small invented city as the code of commit e202138 wrote it, with all that it holds.

In a checkout of that commit: `NINGJU_DEMO=1 NINGJU_DATA=$(mktemp -d) python manage.py shell < make.py`. A later version
for which upgrades are promised gets a file of its own in the same way.
"""

import json
import lzma
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from reports.demo import build

from core.sealing import seal
from reports.models import ClosedMonth

NOT_OURS = {"auth.permission", "contenttypes.contenttype", "sessions.session"}


def city() -> None:
    """Three closed months, lists that came in, and a sealed trail."""
    build.CLOSED_MONTHS = 3
    call_command("migrate", verbosity=0)
    call_command("demo", orgs=40, members=30)
    seal(at=timezone.now() + timedelta(hours=2))


def figures(month: str) -> Any:
    """What the landed version says of a month, district by district."""
    out = StringIO()
    call_command("figures", month=month, by="region", json=True, stdout=out)
    return json.loads(out.getvalue())


def told(value: Any, kind: str) -> Any:
    """A stored value; JSON and yes or no as what they mean."""
    meant = {"JSONField": json.loads, "BooleanField": bool}
    return meant[kind](value) if kind in meant and value is not None else value


def table(model: type[models.Model]) -> dict[str, Any]:
    """Columns and rows of a model's table."""
    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        listed = ", ".join(f'"{field.column}"' for field in fields)
        cursor.execute(f'SELECT {listed} FROM "{model._meta.db_table}" ORDER BY 1')
        rows = cursor.fetchall()
    kinds = [field.get_internal_type() for field in fields]
    return {
        "columns": [field.column for field in fields],
        "rows": [[told(one, kind) for one, kind in zip(row, kinds, strict=True)] for row in rows],
    }


city()
months = ClosedMonth.objects.order_by("month").values_list("month", flat=True)
found = {
    "tables": {
        model._meta.db_table: table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in NOT_OURS
    },
    "seals": settings.SEAL_LOG.read_text(),
    "figures": {month: figures(month) for month in months},
}
with connection.cursor() as cursor:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    found["migrations"] = dict(cursor.fetchall())  # the last of each app
Path("landed.json.xz").write_bytes(lzma.compress(json.dumps(found, ensure_ascii=False, default=str).encode()))
