"""`manage.py first_administrators`: the three accounts with which an empty system begins."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.roles import AUDIT, SECURITY, SYSTEM, Role
from accounts.services.accounts import open_account
from core.refusals import Refusal
from orgs.models import Appointment, PartyOrganization
from orgs.services.appointments import appoint
from orgs.services.party import establish

DUTIES = (("sysadmin", SYSTEM), ("security", SECURITY), ("auditor", AUDIT))


class Command(BaseCommand):
    """Opens the accounts of the system, security and audit administrators and prints their one-time passwords."""

    help = "开设系统、安全、审计三名管理员并打印一次性口令；已有管理员时拒绝"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The people's names, and the root of the Party tree where there is none yet."""
        parser.add_argument("--root", help="最上级党组织的名称（系统中还没有党组织时填写）")
        for username, role in DUTIES:
            parser.add_argument(f"--{username}", metavar="NAME", help=f"{role.name}的姓名（省略时询问）")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Open, appoint, print."""
        if Appointment.objects.of_administrators().exists():
            raise CommandError("系统中已有管理员。新的授权由安全管理员办理，忘记口令由系统管理员重置")
        try:
            root = self._root(options["root"])
            for username, role in DUTIES:
                self._appoint(username, options[username] or input(f"{role.name}的姓名："), role, root)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("请分别交给本人，首次登录时须修改口令并设置动态口令。口令只显示这一次。")

    def _root(self, name: str | None) -> PartyOrganization:
        root = PartyOrganization.objects.filter(parent=None).first()
        if root is not None:
            return root
        kind, today = PartyOrganization.Kind.COMMITTEE, timezone.localdate()
        name = name or input("最上级党组织的名称：")
        return establish(by=None, name=name, kind=kind, parent=None, code="ROOT", on=today)

    def _appoint(self, username: str, name: str, role: Role, root: PartyOrganization) -> None:
        user, code = open_account(by=None, username=username, name=name)
        today = timezone.localdate()
        appoint(by=None, user=user, role=role.code, node=root, since=today, reason="首批管理员", on=today)
        self.stdout.write(f"{role.name}\t{username}\t{code}")
