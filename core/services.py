"""What is done with the rows of a small table: one is added, changed, ended, each time with its entry in the trail.

A table needs no service of its own unless something else has to be locked before its rows or follows from them: then it has a
subclass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models, transaction

from core import writing
from core.audit_words import name_actions
from core.locks import derived_once
from core.periods import Period
from core.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)
Action = tuple[str, str]  # its code in the trail, and its name


class RowServices(Generic[Row]):
    """The writes of one model. `ends_with` is the field that holds the day of a row's end; a period has `until`.

    The trail's actions are called after the model unless they are given.
    """

    def __init__(
        self,
        model: type[Row],
        *,
        add: Action | None = None,
        change: Action | None = None,
        end: Action | None = None,
        ends_with: str = "",
    ) -> None:
        self.model = model
        self.ends_with = ends_with or ("until" if issubclass(model, Period) else "")
        code, name = model._meta.model_name, model._meta.verbose_name
        actions = (add or (f"{code}.add", f"登记{name}"), change or (f"{code}.change", f"修改{name}"),
                   end or (f"{code}.end", f"终止{name}"))  # fmt: skip
        self.adding, self.changing, self.ending = (action for action, _ in actions)
        name_actions(dict(actions[: 3 if self.ends_with else 2]))

    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Row:
        require_standing(values)
        row = self.model(**values)
        self.hold([row])
        writing.add(by=by, record=row, action=self.adding, reason=reason, on=on)
        self.follow(row, on)
        return row

    @transaction.atomic
    def change(self, *, by: User | None, row: Row, on: date, reason: str = "", **values: Any) -> Row:
        """Change a row that has not ended. Raises Refusal."""
        row = self.opened(row, on)
        require_standing({name: value for name, value in values.items() if value != getattr(row, name)})
        return self._set(row, values, self.changing, by=by, reason=reason, on=on)

    @transaction.atomic
    def end(self, *, by: User | None, row: Row, day: date | None, on: date, reason: str = "") -> Row:
        """Let a row end on a day; with None an end that lies ahead is taken back."""
        return self._set(self.opened(row, on), {self.ends_with: day}, self.ending, by=by, reason=reason, on=on)

    @transaction.atomic
    def write(self, *, by: User | None, row: Row | None, values: Mapping[str, Any], on: date, reason: str = "") -> Row:
        """What a form or a line of a workbook says: add or change a row, and end it where it has the day of its end."""
        trail: dict[str, Any] = {"by": by, "on": on, "reason": reason}
        kept = {name: value for name, value in values.items() if name != self.ends_with}
        if row is None:
            row = self.add(**trail, **kept)
        elif kept:
            row = self.change(row=row, **trail, **kept)
        if self.ends_with in values and values[self.ends_with] != getattr(row, self.ends_with):
            row = self.end(row=row, day=values[self.ends_with], **trail)
        return row

    def ended(self, row: Row, on: date) -> date | None:
        """The day of its end, if that has come: one that ends before it begins never holds."""
        day: date | None = getattr(row, self.ends_with) if self.ends_with else None
        return day if day and day <= max(on, getattr(row, "since", on)) else None

    def open_rows(self, on: date) -> models.QuerySet[Row]:
        rows = self.model._default_manager.all()
        return rows.exclude(**{f"{self.ends_with}__lte": on}) if self.ends_with else rows

    def opened(self, row: Row, on: date) -> Row:
        """The row as it is, locked. Raises Refusal for one that has ended."""
        return self.require_open(self.locked(row), on)

    def require_open(self, row: Row, on: date) -> Row:
        if day := self.ended(row, on):
            word = str(self.model._meta.get_field(self.ends_with).verbose_name).removesuffix("日期")  # type: ignore[union-attr]
            raise Refusal(f"“{row}”已于 {day} {word}，不能再修改")
        return row

    def locked(self, row: Row) -> Row:
        """The row as it is, locked after what stands before it."""
        self.hold([row])
        return self.lock(row)

    def lock(self, row: Row) -> Row:
        """The row as it is, locked by itself."""
        rows = self.model._default_manager.select_for_update(of=["self"], no_key=True)
        node = writing.lookup(self.model).rpartition("__")[0]
        return (rows.select_related(node) if node else rows).get(pk=row.pk)

    def hold(self, rows: Collection[Row]) -> None:
        """Lock what stands before these rows in the order of locks (`core.locks`): nothing, unless a subclass says more."""

    def follow(self, row: Row, on: date) -> None:
        """State what follows from a row that was written: nothing, unless a subclass says more."""

    def _set(self, row: Row, values: Mapping[str, Any], action: str, *, on: date, **trail: Any) -> Row:
        before = copy(row)
        if writing.change(record=row, values=values, action=action, on=on, **trail):
            with derived_once():  # a row that went elsewhere is followed where it was, too
                self.follow(before, on)
                self.follow(row, on)
        return row


def require_standing(values: Mapping[str, Any]) -> None:
    """Refuse to name a record that stands no more; the queryset of its model knows which do (`core.standing`)."""
    for value in values.values():
        standing = getattr(value._meta.default_manager, "standing", None) if isinstance(value, models.Model) else None
        if standing and not standing().filter(pk=value.pk).exists():
            raise Refusal(f"“{value}”已撤销或已并入其他登记，请另选")
