"""`manage.py audit_verify`: is the audit trail as it was sealed, sealed as the log outside says, and are the rows that only grow
as the trail proves them, and does what hangs on them agree?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.models import AuditSeal
from core.proof import disagreements
from core.sealing import accept, verify


class Command(BaseCommand):
    """Computes the chain of seals again; exits 1 with every place where the trail differs, and every row that does."""

    help = (
        "核对审计记录与封存、封存日志是否一致，只增不改的台账与审计记录是否一致；--anchor 核对以前抄录的摘要是否还在；"
        "--accept 原因 --by 登录名：查清差异（如恢复了备份）后，按现状继续封存"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A digest that somebody wrote down finds a trail whose end was cut off, also without the log."""
        parser.add_argument("--anchor", help="以前核对时抄录的摘要")
        parser.add_argument("--accept", metavar="原因", help="为什么有差异，查清以后填写")
        parser.add_argument("--by", metavar="登录名", help="由谁查清")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accept"]:
            self._accept(options["accept"], options["by"] or "")
            return
        checked = verify()
        problems = [*checked.problems, *disagreements()]
        anchor = options["anchor"]
        if anchor and not AuditSeal.objects.filter(digest=anchor).exists():
            problems.append("抄录的摘要已不在封存记录中，审计记录的末尾可能被截去（更换密钥以后摘要也会改变）")
        if problems:
            raise CommandError("审计记录与封存不符：\n" + "\n".join(problems))
        known = f"（其中 {checked.accepted} 段已由人工说明差异）" if checked.accepted else ""
        self.stdout.write(
            f"已封存 {checked.seals} 段、{checked.entries} 条，未发现改动{known}；尚未封存 {checked.unsealed} 条。"
        )
        self.stdout.write(f"最近一次封存的摘要（请抄录，下次用 --anchor 核对）：{checked.last_digest or '无'}")

    def _accept(self, reason: str, username: str) -> None:
        user = get_user_model()._default_manager.filter(username__iexact=username).first()
        if user is None:
            raise CommandError("请用 --by 写明由谁查清（登录名）")
        checked = accept(by=user, reason=reason[:250], at=timezone.now())
        for problem in checked.problems:
            self.stdout.write(f"已记入审计记录：{problem}")
        self.stdout.write(f"从现状继续封存，最近一次封存的摘要：{checked.last_digest or '无'}")
