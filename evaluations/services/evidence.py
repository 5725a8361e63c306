"""佐证: files that a branch hangs on what it gives itself, as long as it has not handed that in (rules §15)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from core import files, writing
from core.attachments import Content, cleaned, keeping, same_kept
from core.locks import hold
from core.refusals import Refusal
from evaluations.models import Evaluation, Evidence, Round, Score, Stage
from evaluations.queries.results import asked
from members.services.separation import require_seat

ATTACH, DETACH = "evaluations.evidence_add", "evaluations.evidence_remove"
MOST = 6  # files of a score


def attach(*, by: User, score: Score, data: bytes, name: str, at: datetime, on: date) -> Evidence:
    """Keep a file with a score. The same file again is the one that is there."""
    with keeping(data) as (kept, file), transaction.atomic():
        return _attached(by, score, kept, file, cleaned(name, kept.suffix), hashlib.sha256(data).hexdigest(), at, on)


@transaction.atomic
def detach(*, by: User, evidence: Evidence, on: date) -> None:
    _writable(by, evidence.score, on)
    writing.remove_many(Evidence.objects.filter(pk=evidence.pk), by=by, action=DETACH)
    transaction.on_commit(lambda: files.forget(evidence.file))


def _attached(
    by: User, score: Score, kept: Content, file: str, name: str, digest: str, at: datetime, on: date
) -> Evidence:
    row = _writable(by, score, on)
    there: Evidence | None = same_kept(row.evidence.all(), digest=digest, file=file, most=MOST, of="项")
    if there:
        return there
    made = Evidence(
        score=row, name=name, content_type=kept.content_type, size=len(kept.data), sha256=digest, file=file, added_by=by,
        added_at=at,
    )  # fmt: skip
    writing.add(by=by, record=made, action=ATTACH, on=on)
    return made


def _writable(by: User, score: Score, on: date) -> Score:
    hold(Evaluation, [score.evaluation_id])
    row = Score.objects.select_related("evaluation__round", "evaluation__party_organization", "criterion").get(
        pk=score.pk
    )
    evaluation = row.evaluation
    require_seat(by, P.EVALUATIONS_SCORE, evaluation.party_organization, on=on)
    if evaluation.round.state != Round.State.OPEN or evaluation.stage != Stage.SELF:
        raise Refusal("自评已提交，佐证不能再改")
    if not asked(row):
        raise Refusal("这一项由系统自动计分，不需要上传佐证")
    return row
