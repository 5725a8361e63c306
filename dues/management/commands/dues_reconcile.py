"""`manage.py dues_reconcile`: where every fen is, and whether all of it adds up."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dues.queries.reconciliation import flows, unreconciled


class Command(BaseCommand):
    """Exits 1 with whatever does not agree."""

    help = "核对党费和活动经费：每本台账逐笔相加，每一步与台账对照，收入、使用、在途和各级结存平衡"

    def handle(self, *args: Any, **options: Any) -> None:
        for name, amount in flows().items():
            self.stdout.write(f"{name}　{amount:>16,.2f} 元")
        if found := list(unreconciled()):
            raise CommandError("\n".join(found))
        self.stdout.write("各级台账、返还、收入和使用核对一致，没有差额。")
