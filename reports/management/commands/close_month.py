"""`manage.py close_month YYYY-MM --by USER`: signs a month, and takes it first when no night has."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.management.commands.import_registry import user_named
from core.months import YearMonth
from core.refusals import Refusal
from reports.services.months import close_month


class Command(BaseCommand):
    help = "关账：签发一个月冻结的数据和名单，未取数的先取数"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which month, by whom."""
        parser.add_argument("month", help="月份，如 2026-10")
        parser.add_argument("--by", required=True, help="关账人的登录名")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close, or say why not."""
        user = user_named(options["by"])
        if user is None:
            raise CommandError("须用 --by 指明关账人的登录名")
        try:
            closed = close_month(month=YearMonth.parse(options["month"]), by=user, on=timezone.localdate())
        except (Refusal, ValueError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{closed.month} 已关账，截止 {closed.counted_on}，数据和名单已冻结")
