"""`manage.py audit_verify`: is the audit trail as it was sealed?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.models import AuditSeal
from core.sealing import verify


class Command(BaseCommand):
    """Computes the chain of seals again; exits 1 with every place where the trail differs."""

    help = "核对审计记录是否被改动;--anchor 核对以前抄录的摘要是否还在"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A digest that somebody wrote down finds a trail whose end was cut off."""
        parser.add_argument("--anchor", help="以前核对时抄录的摘要")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say what was found."""
        checked = verify()
        problems = list(checked.problems)
        anchor = options["anchor"]
        if anchor and not AuditSeal.objects.filter(digest=anchor).exists():
            problems.append("抄录的摘要已不在封存记录中,审计记录的末尾可能被截去")
        if problems:
            raise CommandError("审计记录与封存不符:\n" + "\n".join(problems))
        self.stdout.write(
            f"已封存 {checked.seals} 段、{checked.entries} 条,未发现改动;尚未封存 {checked.unsealed} 条。"
        )
        self.stdout.write(f"最近一次封存的摘要(请抄录,下次用 --anchor 核对):{checked.last_digest or '无'}")
