"""`manage.py rotate_keys`: encrypt everything with the first key of FIELD_KEYS."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.crypto import Undecipherable
from core.fields import codes_out
from core.jobs import Progress
from core.refusals import Refusal
from core.rotation import rotate


class Command(BaseCommand):
    """Rewrites all ciphertexts, those of the audit trail too; may be broken off and started again."""

    help = "用 FIELD_KEYS 中的第一个密钥重新加密全部内容（先把新密钥加在最前面，再运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = rotate(by=None, progress=Progress())
        except (Undecipherable, Refusal) as problem:
            raise CommandError(str(problem)) from problem
        first, *others = settings.FIELD_KEYS
        self.stdout.write(f"已用密钥“{first}”重新加密 {rows} 行。")
        if others and (held := "、".join(codes_out())):
            self.stdout.write(
                f"先不要从 FIELD_KEYS 中移除{'、'.join(others)}：已发出的{held}，须用发放时的密钥核对，移除后不能再用；收回或结束以后再运行本命令"
            )
        elif others:
            self.stdout.write(f"可以从 FIELD_KEYS 中移除：{'、'.join(others)}（旧备份仍要用它们恢复，请另行保管）")
