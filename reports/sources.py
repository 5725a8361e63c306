"""The worklists' workbooks come back (rules §11): what was typed under the list's words for why, how, until when and by whom
is the answer about the unit, as if given in the list. The unit itself is changed in the list of organizations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from core import audit, writing
from core.importing.problems import ERROR, OUTSIDE_SCOPE, Problem, problems
from core.importing.round_trip import ReturnedRows
from core.importing.targets import ListRow, Merge, Record, Target, Written
from core.plain import from_plain
from core.refusals import Refusal
from core.sources import Importer, Run, Values, sources
from orgs.models import Organization
from orgs.sources.lists import returned_list
from reports.models import GapAnswer
from reports.round_trip import ANSWERS
from reports.services.gaps import Answer, write_answers
from reports.worklists import worklists

ANSWERED = ("reason", "planned_form", "planned_by", "responsible")
problems.add(
    Problem("answer_empty", ERROR, "原因、方式（措施）、完成时限、责任人都清空了，未导入；请至少保留一项"),
)


class ReturnedAnswers(ReturnedRows, Target):
    """Answers by the unit that the mark names; the first answer about a unit makes the record."""

    model = GapAnswer
    columns = (*ANSWERED, "organization_id")

    def __init__(self, run: Run) -> None:
        self.returning = ANSWERS[run.source.code]  # of its list
        super().__init__(run)
        self.units: dict[int, tuple[str, str]] = {}  # name and path of the units of the rows at hand

    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """The answer about the unit, where there is one."""
        wanted = [int(row.key[1:]) if row.key else 0 for row in rows]
        self.units = self._named(
            wanted, Organization.objects.filter(merged_into=None).changed_by(self.run.importer.scope)
        )
        self.mine = {*self.units}
        answers = GapAnswer.objects.filter(organization__in=self.units)
        held = dict(answers.values_list("organization_id", "pk"))
        return [held.get(pk) for pk in wanted]

    def load(self, ids: Sequence[int], *, lock: bool) -> dict[int, Record]:
        records = super().load(ids, lock=lock)
        self.units |= self._named(
            [record["organization_id"] for record in records.values()], Organization.objects.all()
        )
        return records

    @staticmethod
    def _named(ids: Collection[int], units: QuerySet[Organization]) -> dict[int, tuple[str, str]]:
        rows = units.filter(pk__in=ids).values_list("pk", "name", "managed_by__path")
        return {pk: (name, path) for pk, name, path in rows}

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """The edits; a unit without an answer has an empty one."""
        unit = int(row.key[1:])
        if unit not in self.units:
            return Merge(problem=OUTSIDE_SCOPE)
        merge = super().merge(row, record or {column: self.defaults[column] for column in self.columns})
        if record is None and merge.changes:
            merge.changes["organization_id"] = [None, unit]
            user = self.run.importer.user
            merge.aside = {"answered_at": timezone.now(), "answered_by_id": user and user.pk}
        return merge

    def follow(self, merge: Merge, record: Record) -> Merge:
        after = record | {column: now for column, (_, now) in merge.changes.items()}
        if merge.changes and not any(after[column] for column in ANSWERED):
            return Merge(problem="answer_empty")
        return merge

    def path_of(self, record: Record) -> str:
        """Of the unit's managing committee."""
        return self.units[record["organization_id"]][1]

    def label_of(self, record: Record) -> str:
        return self.units[record["organization_id"]][0]

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:
        """Who answered last; and the unit's own history tells of every answer."""
        user = self.run.importer.user
        answers = GapAnswer.objects.filter(pk__in=[one.id for one in changed])
        writing.derive(answers, answered_by=user, answered_at=timezone.now())
        audit.record_many(by=user, events=[self._answered(one) for one in (*new, *changed)])

    def _answered(self, one: Written) -> audit.Event:
        unit, changes = str(one.after["organization_id"]), {c: pair for c, pair in one.changes.items() if c in ANSWERED}
        path, label = self.path_of(one.after), self.label_of(one.after)
        return audit.Event("gaps.answer", "orgs.organization", unit, label, path, changes)


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write what a returned workbook answers about a unit in place of what was answered meanwhile."""
    held = GapAnswer.objects.get(pk=key)
    answer = Answer(**{column: getattr(held, column) for column in ANSWERED} | from_plain(GapAnswer, values))
    if not any(getattr(answer, column) for column in ANSWERED):
        raise Refusal("采用后什么也不剩，请至少保留一项；也可以在清单页面填写")
    answers = {held.organization_id: answer}
    write_answers(by=importer.user, answers=answers, at=timezone.now(), reason=reason)
    return key


for worklist in worklists:
    asked = worklist.asked
    name = f"本系统导出的{asked.about}清单"
    sources.add(returned_list(asked.source, name, ReturnedAnswers, take, returning=ANSWERS[asked.source], named="unit"))
