"""`manage.py recount [--check]`: recomputes the facts of all organizations and their sums from the sources."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orgs.facts import differences, refresh


class Command(BaseCommand):
    """Recounts, or checks that a recount would change nothing."""

    help = "重新计算组织情况和汇总；--check 只核对，有不一致时退出码为 1"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只核对，不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how many differed."""
        started, today = time.monotonic(), timezone.localdate()
        if not options["check"]:
            changed = refresh(None, on=today)
            self.stdout.write(f"已重新计算，更正 {changed:,} 家（{time.monotonic() - started:.1f} 秒）")
            return
        if found := differences(on=today):
            self.stdout.write("\n".join(found))
            raise CommandError("组织情况或汇总与来源不一致，请运行 recount 更正", returncode=1)
        self.stdout.write(f"核对无误（{time.monotonic() - started:.1f} 秒）")
