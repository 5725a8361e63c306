"""`manage.py demo`: fills an empty database with the fictional city."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.roles import ROLES
from demo.build import DENSE, Builder
from demo.city import ACCOUNTS, build_city
from demo.lists import import_lists


class Command(BaseCommand):
    """Sets up the demonstration city."""

    help = "建立演示城市（仅在 NINGJU_DEMO=1 时可用）"

    def add_arguments(self, parser: CommandParser) -> None:
        """How large the city shall be."""
        parser.add_argument("--orgs", type=int, default=3000, help="两新组织数")
        parser.add_argument("--members", type=int, default=1500, help="党员数")
        parser.add_argument("--seed", type=int, default=6, help="随机数种子")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse outside a demonstration; build all or nothing; print the accounts. A city that is there stays as it is."""
        if not settings.DEMO:
            raise CommandError("演示数据只能写入演示系统：请设置环境变量 NINGJU_DEMO=1 后再运行")
        with transaction.atomic():
            if not build_city():
                self.stdout.write("数据库中已有行政区划，没有改动。")
            elif options["orgs"]:
                builder = Builder(
                    organizations=options["orgs"],
                    members=options["members"],
                    seed=options["seed"],
                    today=timezone.localdate(),
                )
                builder.build(self.stdout.write)
                if options["orgs"] <= DENSE:
                    import_lists(by=builder.clerk, today=timezone.localdate())
        self.stdout.write(f"演示城市的各角色账号（口令 {settings.DEMO_PASSWORD}）：")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username:<12}{account.name}  {ROLES[account.role].name}")
