"""Whoever sees an organization sees its sheets, whoever may."""

from core.panels import Panel, panels
from tests.careless.models import Sheet

panels.add(
    Panel(
        "sheets", "单子", "orgs.organization", "registry.view", "careless/panel.html",
        lambda record, scope, on: {"sheets": Sheet.objects.filter(organization=record.pk)},
    )
)  # fmt: skip
