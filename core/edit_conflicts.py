"""Forms that several people may have open: what somebody else saved meanwhile is not lost, and whoever comes second is
asked field by field."""

from __future__ import annotations

import json
from typing import Any

import orjson
from django import forms

from core.history import last_change
from core.importing.marks import keyed

OPENED, SETTLED = "opened", "settled-"  # what the form showed when it was opened; which value of a conflict is meant
NOW = "now"  # the present value; everything else is the present value that was overruled


class MergingForm(forms.BaseForm):
    """A form of a record: it posts back what it showed when it was opened. A field that somebody else changed meanwhile keeps
    the new value unless it was changed here too: then the user says which value is meant.
    """

    instance: Any  # the record; without a key it is new, and nobody else can have changed it
    kept: dict[str, Any]  # personal values, which are not shown
    _seen: dict[str, list[str]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self._seen = {}, {}
        # fields that somebody else changed meanwhile → the present value, as posted
        self.conflicts: dict[str, str] = {}

    @property
    def opened(self) -> str:
        """What the form shows of the record, to be posted back; a conflict stays one until it is settled."""
        now = self._now()
        return json.dumps({**now, **{name: seen for name, seen in self._seen.items() if name in self.conflicts}})

    def full_clean(self) -> None:
        """First bring together what was typed and what somebody else saved meanwhile."""
        if self.is_bound and self.instance.pk:
            self._merge()
        super().full_clean()

    def _now(self) -> dict[str, list[str]]:
        """Field → what a browser would post if nothing was typed; of a personal value only whether it is the same."""
        shown = [name for name, field in self.fields.items() if not field.widget.is_hidden]
        return {name: self._posted(name) for name in shown} if self.instance.pk else {}

    def _posted(self, name: str) -> list[str]:
        if name in self.kept:
            return keyed(self.instance, self.instance.pk, name, self.kept[name])[:1]
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        if isinstance(field.widget, forms.CheckboxInput):
            return ["on"] if value else []
        shown = field.widget.format_value(value)
        return list(shown) if isinstance(shown, list) else ["" if shown is None else str(shown)]

    def _merge(self) -> None:
        try:
            opened = dict(orjson.loads(self.data.get(OPENED) or "{}"))
            self._seen = {name: posted for name, posted in opened.items() if isinstance(posted, list)}
        except (ValueError, TypeError):
            self._seen = {}
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, now in self._now().items():
            typed, seen, meant = data.getlist(name), self._seen.get(name, now), data.get(f"{SETTLED}{name}")
            present = [""] if name in self.kept else now
            text = "、".join(now)
            if seen == now or typed == present or meant == f"={text}":
                continue
            if typed == seen or meant == NOW:
                data.setlist(name, present)
            else:
                self.conflicts[name] = text
        self.data = data

    def _clean_form(self) -> None:
        super()._clean_form()  # type: ignore[misc]
        for name in self.conflicts:
            self.add_error(name, f"您填写期间，{last_change(self.instance, name)}，请选择用哪一个")
