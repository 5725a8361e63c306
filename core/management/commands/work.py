"""`manage.py work`: the background worker."""

from __future__ import annotations

import logging
import signal
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from core.jobs import Worker
from core.outages import trouble_of

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
PAUSE_SECONDS = 5.0  # when the database is away


class Command(BaseCommand):
    """Runs jobs until it is told to stop; then it finishes the one it has."""

    help = "运行后台任务（导入、夜间计算）。收到停止信号后做完手上的任务再退出；再次收到则立即退出，任务留待下次继续"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="做完已有的任务就退出")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with Worker() as worker:
            while not self.stopping.is_set():
                close_old_connections()
                try:
                    if worker.turn(now=timezone.now()):
                        continue
                    pause = POLL_SECONDS
                except Exception as error:
                    trouble = trouble_of(error)
                    logger.warning(
                        "next attempt in %s seconds: %s", PAUSE_SECONDS, trouble and trouble.name, exc_info=not trouble
                    )
                    pause = PAUSE_SECONDS
                if options["once"]:
                    break
                self.stopping.wait(pause)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            raise KeyboardInterrupt
        self.stopping.set()
