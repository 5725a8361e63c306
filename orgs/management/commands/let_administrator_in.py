"""`manage.py let_administrator_in`: the way back in for a lone locked-out administrator, on the server."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from core.refusals import Refusal
from orgs.services.account_acts import let_back_in


class Command(BaseCommand):
    """Prints a new one-time password of an administrator, forgets the second factor and opens the account."""

    help = "为被锁在外面的管理员重置口令和动态口令、启用账号，打印一次性口令；记入审计记录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and why."""
        parser.add_argument("username", help="管理员的登录名")
        parser.add_argument("--reason", required=True, help="原因，记入审计记录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Let in, print."""
        try:
            account = User.objects.get_by_natural_key(options["username"])
            reason = f"在服务器上由 {getpass.getuser()} 办理：{options['reason']}"[:250]
            code = let_back_in(account=account, reason=reason, on=timezone.localdate())
        except User.DoesNotExist as unknown:
            raise CommandError(f"没有登录名“{options['username']}”") from unknown
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{account}\t{code}")
        self.stdout.write("请交给本人，首次登录时须修改口令并重新设置动态口令。口令只显示这一次。")
