"""What the night does for organization life."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone

from activities.services.obligations import LAYING_OUT, lay_out
from activities.services.reminders import remind
from core.jobs import JobKind, Progress, job_kinds
from core.models import Job

logger = logging.getLogger(__name__)


def _lay_out(job: Job, progress: Progress) -> dict[str, int]:
    return {"added": lay_out(on=timezone.localdate())}


def _remind(job: Job, progress: Progress) -> dict[str, int]:
    """Mails go once it is written down who got one: nobody gets two, whatever is killed when."""
    if not settings.EMAIL_URL:
        return {"mails": 0}
    mails = remind(on=timezone.localdate())
    transaction.on_commit(lambda: _send(mails))
    return {"mails": len(mails)}


def _send(mails: list[mail.EmailMessage]) -> None:
    try:
        mail.get_connection().send_messages(mails)
    except (OSError, SMTPException):  # the same is told in the product
        logger.exception("reminders were not sent")


job_kinds.add(
    JobKind(LAYING_OUT, "生成应办事项", "", _lay_out, daily=True),
    JobKind("activities.remind", "发送每周提醒", "", _remind, daily=True),
)
