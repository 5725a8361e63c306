"""Loads what the apps put into the registries."""

from django.apps import AppConfig

from core.registries import discover
from core.wording import speak

speak()  # before any form is declared: a field takes its messages when it is made


class CoreConfig(AppConfig):
    """Shared machinery: scope, import road, jobs, audit, encrypted fields, parameters, months, Excel safety."""

    name = "core"
    verbose_name = "系统"

    def ready(self) -> None:
        discover()
