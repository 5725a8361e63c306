"""影像资料 of activity records (rules §13); what may be kept, and how, is told by `core.attachments`."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db import transaction

from accounts.models import User
from activities.models import ActivityRecord, Attachment
from activities.services.locking import locked
from core import files, writing
from core.attachments import Content, cleaned, keeping, same_kept
from core.refusals import Refusal

MOST = 9  # of a record
ATTACH, REMOVE = "activities.attach", "activities.detach"


def attach(
    *, by: User | None, record: ActivityRecord, data: bytes, name: str, on: date, taken_on: date | None = None
) -> Attachment:
    """Keep a file with a record that the branch may still write. The same file again is the one that is there.

    `taken_on` is the day that the browser read from the photo before it made it smaller.
    """
    with keeping(data) as (kept, file), transaction.atomic():
        return _attached(by, record, kept, file, cleaned(name, kept.suffix), hashlib.sha256(data).hexdigest(),
                         taken_on, on)  # fmt: skip


@transaction.atomic
def remove_attachment(*, by: User | None, attachment: Attachment) -> None:
    """Take a file from a record that the branch may still write."""
    _writable(attachment.record)
    writing.remove_many(Attachment.objects.filter(pk=attachment.pk), by=by, action=REMOVE)
    transaction.on_commit(lambda: files.forget(attachment.file))


def _attached(
    by: User | None,
    record: ActivityRecord,
    kept: Content,
    file: str,
    name: str,
    digest: str,
    taken_on: date | None,
    on: date,
) -> Attachment:
    row = _writable(record)
    there: Attachment | None = same_kept(row.attachments.all(), digest=digest, file=file, most=MOST, of="份记录")
    if there:
        return there
    attachment = Attachment(
        record=row, name=name, content_type=kept.content_type, size=len(kept.data), sha256=digest, look=kept.look,
        taken_on=taken_on, file=file,
    )  # fmt: skip
    writing.add(by=by, record=attachment, action=ATTACH, on=on)
    return attachment


def _writable(record: ActivityRecord) -> ActivityRecord:
    row = locked(record)
    if not row.open:
        raise Refusal("这份记录已提交，不能再增减影像资料；要修改，请先撤回")
    return row
