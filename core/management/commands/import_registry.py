"""`manage.py import_registry FILE --source SOURCE`: the import road without a browser."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.importing import services
from core.importing.reports import error_workbook, problem_list
from core.refusals import Refusal
from core.sources import sources
from core.workbooks.book import Unreadable

if TYPE_CHECKING:
    from accounts.models import User

UNREADABLE = 2  # exit when the file as a whole cannot be read
WORDS = {
    "rows": "数据行", "new": "新增", "changed": "有变化", "unchanged": "未变", "duplicates": "重复", "errors": "错误",
    "warnings": "提醒", "conflicts": "不一致", "missing": "名单中缺少", "undecided": "待判定",
}  # fmt: skip


class Command(BaseCommand):
    """Imports a list; without `--apply` only says what would become of it."""

    help = "导入名单（不加 --apply 时只核对，不写入）"

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments of rules §12."""
        parser.add_argument("file", type=Path, help="名单文件（.xlsx、.xls、.csv）")
        parser.add_argument("--source", required=True, choices=sources.codes(), help="名单种类")
        parser.add_argument("--sheet", help="工作表名称；* 为全部；不填时取第一个有表头的工作表")
        parser.add_argument("--extent", default="", help="名单覆盖的行政区划代码；不填时为导入人的全部管辖范围")
        parser.add_argument("--as-of", type=date.fromisoformat, help="名单日期，不填时为今天")
        parser.add_argument("--apply", action="store_true", help="写入")
        parser.add_argument("--by", help="导入人的登录名")
        parser.add_argument("--errors", type=Path, help="问题数据另存为这个 .xlsx")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, apply if asked, and report. Exit 0 also with row errors."""
        started = time.monotonic()
        by = user_named(options["by"])
        if options["apply"] and by is None:
            raise CommandError("写入时须用 --by 指明导入人的登录名")
        if options["as_of"] and options["as_of"] > timezone.localdate():
            raise CommandError("名单日期 --as-of 不能在今天之后")
        try:
            report = self._road(by, options)
        except Unreadable as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        report["seconds"] = round(time.monotonic() - started, 2)
        self._say(report, as_json=options["json"])

    def _road(self, by: User | None, options: dict[str, Any]) -> dict[str, Any]:
        path: Path = options["file"]
        batch = services.receive(
            path,
            name=path.name,
            source=sources[options["source"]],
            by=by,
            as_of=options["as_of"] or timezone.localdate(),
            extent=options["extent"],
            keep=False,
        )
        try:
            services.stage(batch, path=path, sheet=options["sheet"])
            counts = services.apply(batch) if options["apply"] else services.compare(batch)
            if options["errors"]:
                error_workbook(batch, options["errors"])
            return {
                "batch": batch.pk if options["apply"] else None,
                **counts,
                "problems": list(problem_list(batch)),
            }
        finally:
            if not options["apply"]:
                services.forget(batch)

    def _say(self, report: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        counts = "，".join(f"{word} {report[name]:,}" for name, word in WORDS.items())
        done = f"批次 {report['batch']} 已写入" if report["batch"] else "核对完成，没有写入"
        self.stdout.write(f"{done}：{counts}；用时 {report['seconds']} 秒")
        for problem in report["problems"]:
            self.stdout.write("  {sheet} 第 {row} 行 {column}：{code} {value}".format_map(problem))


def user_named(name: str | None) -> User | None:
    """The account of that sign-in name; None without a name."""
    if not name:
        return None
    user = get_user_model().objects.filter(username__iexact=name, is_active=True).first()
    if user is None:
        raise CommandError(f"没有登录名为“{name}”的可用账号")
    return user
