"""② which sheets are read, where their headers are, and what each column means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.importing import jobs, mapping
from core.importing.mapping import Proposal
from core.importing.sheets import SheetColumn, Table
from core.importing.wording import Teller
from core.masking import mask, struck
from core.models import ImportBatch
from core.pages import PageRequest, number
from core.refusals import Refusal
from core.sources import sources
from core.views.imports import BatchView, head, is_active

Status = ImportBatch.Status
OPEN = (Status.UPLOADED, Status.MAPPED, Status.STAGED)  # until it is written the columns can be assigned anew


@dataclass(frozen=True)
class Choice:
    """One column with its samples and the name of its form field."""

    name: str
    column: SheetColumn
    samples: list[str]


@dataclass(frozen=True)
class SheetChoice:
    number: int
    proposal: Proposal
    ticked: bool
    choices: list[Choice]


class ColumnsPage(BatchView):
    """The guessed assignment, to be corrected; what is corrected is remembered for the next list of the kind."""

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        """The proposals; a batch that has gone on is shown where it stands."""
        batch = self.batch()
        if self._is_past(batch):
            return redirect("import", pk)
        proposals = mapping.propose(batch)
        kept = {name: Table.from_json(name, columns) for name, columns in batch.columns.items()}
        if kept:  # come back from the preview, or after the check failed
            at = {name: table.row for name, table in kept.items()}
            proposals = [
                Proposal(p.sheet, kept.get(p.sheet, p.table), p.recognised, p.lines)
                for p in mapping.propose(batch, at=at)
            ]
        ticked = set(kept) or {p.sheet for p in proposals if p.recognised}
        return self._page(batch, proposals, ticked)

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        """Take the assignment and begin the check; or read a header again in the row that the clerk gave."""
        batch = self.batch()
        if self._is_past(batch):
            return redirect("import", pk)
        guessed = mapping.propose(batch)
        at = {
            p.sheet: row
            for n, p in enumerate(guessed)
            if (row := number(request.POST.get(f"row-{n}"))) and p.table and row != p.table.row
        }
        moved = {p.sheet for n, p in enumerate(guessed) if request.POST.get(f"row-{n}") != request.POST.get(f"was-{n}")}
        proposals = mapping.propose(batch, at=at) if at else guessed
        ticked = {p.sheet for n, p in enumerate(proposals) if f"sheet-{n}" in request.POST}
        if moved:
            return self._page(batch, self._assigned(proposals, moved), ticked)
        proposals = self._assigned(proposals, set())
        try:
            with transaction.atomic():
                mapping.adopt(batch, [p.table for p in proposals if p.sheet in ticked and p.table])
                jobs.start(jobs.CHECK, batch=batch, by=request.user)
        except Refusal as refusal:
            return self._page(batch, proposals, ticked, refusal=str(refusal))
        return redirect("import", pk)

    def _assigned(self, proposals: Sequence[Proposal], moved: set[str]) -> list[Proposal]:
        """With what the clerk chose; a sheet whose header has moved is guessed anew."""
        found = []
        for at, one in enumerate(proposals):
            if one.table and one.sheet not in moved:
                known = {field.name for field in sources[self.batch().source].fields}
                given = {c.index: self.request.POST.get(f"field-{at}-{c.index}", "") for c in one.table.columns}
                chosen = {index: name if name in known else None for index, name in given.items()}
                one = Proposal(one.sheet, mapping.assigned(one, chosen), one.recognised, one.lines)
            found.append(one)
        return found

    def _page(
        self, batch: ImportBatch, proposals: Sequence[Proposal], ticked: set[str], refusal: str = ""
    ) -> HttpResponse:
        sheets = [
            SheetChoice(at, one, one.sheet in ticked, self._choices(at, one, batch)) for at, one in enumerate(proposals)
        ]
        context: dict[str, Any] = {**head(self.request, batch, 2), "sheets": sheets, "refusal": refusal}
        return render(self.request, "core/imports/columns.html", context)

    @staticmethod
    def _choices(at: int, one: Proposal, batch: ImportBatch) -> list[Choice]:
        teller, found = Teller(batch), []
        for column in one.table.columns if one.table else ():
            samples = one.samples(column.index)
            hides = mask if column.kind or teller.is_personal(column.field) else struck
            shown = [hides(sample) for sample in samples]
            found.append(Choice(f"field-{at}-{column.index}", column, shown))
        return found

    @staticmethod
    def _is_past(batch: ImportBatch) -> bool:
        return is_active(batch) or batch.status not in OPEN or not batch.heads
