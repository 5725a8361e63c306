"""`manage.py undo_import ID --by USER`: takes a batch back."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.importing import services
from core.management.commands.import_registry import user_named
from core.models import ImportBatch
from core.refusals import Refusal


class Command(BaseCommand):
    """Undoes an import, and says what it left because somebody edited it since."""

    help = "撤销一个导入批次"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=int, help="批次号")
        parser.add_argument("--by", required=True, help="撤销人的登录名")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        user = user_named(options["by"])
        batch = ImportBatch.objects.filter(pk=options["batch"]).first()
        if batch is None or user is None:
            raise CommandError(f"没有批次 {options['batch']}")
        try:
            undone = services.undo(batch, by=user)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        report = {"batch": batch.pk, **asdict(undone), "seconds": round(time.monotonic() - started, 2)}
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(
            f"批次 {batch.pk} 已撤销：恢复 {undone.restored:,} 条，删除 {undone.deleted:,} 条，"
            f"因后来有修改、或原党组织已撤销而保留 {len(undone.left):,} 条"
        )
        for left in undone.left:
            kept = "、".join(left.columns) or "整条登记"
            self.stdout.write(f"  {left.label}：{kept}")
