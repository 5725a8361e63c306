"""`manage.py status`: 运行状况 on the server, for whoever cannot sign in: on a full disk no sign-in can be written down."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.health import signs


class Command(BaseCommand):
    """Says what is well and what is not; exits 1 when something is not, so that it can be watched."""

    help = "显示运行状况（同“运行状况”页）；有不正常的，退出码为 1"

    def handle(self, *args: Any, **options: Any) -> None:
        found = signs(now=timezone.now())
        for sign in found:
            self.stdout.write(f"{'正常' if sign.well else '注意'}\t{sign.name}：{sign.value}")
        if wrong := [f"{sign.name}：{sign.advice}" for sign in found if not sign.well]:
            raise CommandError("\n".join(wrong))
