"""What a clerk decided about a record and what a list says of it: the same of the same source does not ask again (rules §11).

That our value stands against the list's, and that a row which looks like another one means this record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from core.crypto import blind_index, blind_indexes
from core.id_sets import among
from core.importing.targets import Changes, Merge
from core.models import KeptAnswer
from core.plain import Plain
from core.rows import insert_rows

SAME, OTHER = "identity", "other"  # the columns of answers that say: the same record, or another one

Answer = tuple[int, str, str]  # record, column, the list's value as text


def answer(key: int, column: str, theirs: Plain) -> Answer:
    """The answer about one value of a list."""
    return key, column, json.dumps(theirs, ensure_ascii=False, sort_keys=True)


def keep(*, source: str, answers: Iterable[Answer]) -> None:
    """Remember that our values stand against these. In the turn of an import."""
    new = {(key, column, blind_index(value)): value for key, column, value in answers}
    known = KeptAnswer.objects.filter(source=source, object_id__in=among({key for key, *_ in new}))
    for one in known.values_list("object_id", "column", "digest"):
        new.pop(one, None)
    rows = [(*one, value) for one, value in new.items()]
    insert_rows(KeptAnswer, ("object_id", "column", "digest", "value"), rows, {"source": source})


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
        if column in conflicts and digest in blind_indexes(answer(key, column, conflicts[column][1])[2]):
            del conflicts[column]


def same(key: int, differing: Changes, *, column: str = SAME) -> Answer:
    """The answer that a record is what a list means although so much of it differs, or that it is not."""
    return answer(key, column, [theirs for _, (_, theirs) in sorted(differing.items())])


def known_same(*, source: str, doubts: Mapping[int, Merge]) -> dict[int, bool]:
    """The records (of those in doubt) about which that was said before, or denied. One query."""
    if not doubts:
        return {}
    asked = {key: blind_indexes(same(key, merge.changes)[2]) for key, merge in doubts.items()}
    known = KeptAnswer.objects.filter(source=source, column__in=(SAME, OTHER), object_id__in=among(doubts.keys()))
    answers = known.order_by("pk").values_list("object_id", "column", "digest")
    return {key: column == SAME for key, column, digest in answers if digest in asked[key]}
