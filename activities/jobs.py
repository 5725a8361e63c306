"""What the night does for organization life."""

from __future__ import annotations

import logging
from collections import Counter

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone

from activities.services.obligations import LAYING_OUT, lay_out
from activities.services.reminders import remind
from core.jobs import JobKind, Progress, job_kinds, night_before
from core.models import Job
from core.months import YearMonth

logger = logging.getLogger(__name__)
NOT_SENT = (OSError, ValueError)  # no server, an address that it refuses, one that is none


def _lay_out(job: Job, progress: Progress) -> dict[str, int]:
    """Of whole months without any night too: a server that stood still leaves nobody without what was due."""
    today = timezone.localdate()
    month, added = YearMonth.of(night_before(job, today) or today).plus(1), 0
    while month.last_day < today.replace(day=1):
        added += lay_out(on=month.last_day)
        month = month.plus(1)
    return {"added": added + lay_out(on=today)}


def _remind(job: Job, progress: Progress) -> dict[str, int]:
    """Mails go once it is written down who got one: nobody gets two, whatever is killed when."""
    if not settings.EMAIL_URL:
        return {"mails": 0}
    mails = remind(on=timezone.localdate())
    transaction.on_commit(lambda: _send(mails))
    return {"mails": len(mails)}


def _send(mails: list[mail.EmailMessage]) -> None:
    """An address that is refused keeps nobody else's mail back; the log names none. What was not sent is told in the product."""
    troubles: Counter[str] = Counter()
    try:
        with mail.get_connection() as connection:
            for one in mails:
                try:
                    connection.send_messages([one])
                except NOT_SENT as error:
                    troubles[type(error).__name__] += 1
    except NOT_SENT as error:
        troubles[type(error).__name__] += 1
    if troubles:
        logger.error("not all of %s reminders were sent: %s", len(mails), dict(troubles))


job_kinds.add(
    JobKind(LAYING_OUT, "生成应办事项", "", _lay_out, daily=True),
    JobKind("activities.remind", "发送每周提醒", "", _remind, daily=True),
)
