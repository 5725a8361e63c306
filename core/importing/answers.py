"""Conflicts that a clerk settled by keeping our value: the same value of the same source does not ask again (DESIGN §6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from core.crypto import blind_index
from core.importing.targets import Merge
from core.models import KeptAnswer
from core.plain import Plain
from core.sets import among

Answer = tuple[int, str, str]  # record, column, digest of the list's value


def answer(key: int, column: str, theirs: Plain) -> Answer:
    """The answer about one value of a list; the digest is keyed, since values may be personal."""
    return key, column, blind_index(json.dumps(theirs, ensure_ascii=False, sort_keys=True))


def keep(*, source: str, answers: Iterable[Answer]) -> None:
    """Remember that our values stand against these."""
    rows = [KeptAnswer(source=source, object_id=key, column=column, digest=digest) for key, column, digest in answers]
    KeptAnswer.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def follow(*, source: str, old: int, new: int) -> None:
    """What was decided about a record holds for the one in which it goes on."""
    KeptAnswer.objects.filter(source=source, object_id=old).update(object_id=new)


def settle_known(*, source: str, merges: Mapping[int, Merge]) -> None:
    """Take out of the merges (by record) every conflict that was settled before. One query."""
    if not merges:
        return
    known = KeptAnswer.objects.filter(source=source, object_id__in=among(merges.keys()))
    for key, column, digest in known.values_list("object_id", "column", "digest"):
        conflicts = merges[key].conflicts
        if column in conflicts and answer(key, column, conflicts[column][1])[2] == digest:
            del conflicts[column]
