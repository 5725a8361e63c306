"""Forms whose last check is the service itself: what it refuses stands in the form, with everything typed kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction

from core.crypto import blind_index
from core.history import last_change
from core.importing.marks import ERASE
from core.locks import derived_once
from core.masking import mask
from core.pages import PageRequest
from core.refusals import Refusal
from core.scope import require_changeable

if TYPE_CHECKING:
    from core.admin.modeladmin import ScopedModelAdmin

OPENED, SETTLED = "opened", "settled-"  # what the form showed when it was opened; which value of a conflict is meant
NOW = "now"  # the present value; everything else is the present value that was overruled


class ServiceForm(forms.ModelForm):
    """A model form that writes through its admin class's service while it is checked.

    The service runs inside a savepoint. Its refusal becomes the form's error; a row that would leave the user's scope is
    refused too. Personal values come masked and are left alone unless something is typed.

    The form posts back what it showed when it was opened. A field that somebody else changed meanwhile keeps the new value
    unless it was changed here too: then the user says which value is meant.
    """

    admin: ScopedModelAdmin
    request: PageRequest
    saved: models.Model | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[str, Any] = {}  # personal values, which are not shown
        # fields that somebody else changed meanwhile → the present value, as posted
        self.conflicts: dict[str, str] = {}
        self._seen: dict[str, list[str]] = {}
        for name in self.personal_fields:
            self.kept[name] = kept = self.initial.get(name) or ""
            self.initial[name] = ""
            self.fields[name].required = False
            if kept:
                self.fields[name].widget.attrs["placeholder"] = f"{mask(kept)}（留空不改）"
                self.fields[name].help_text = f"已登记，留空不改；填“{ERASE}”则清除"

    @property
    def personal_fields(self) -> list[str]:
        """Names of the fields that the database holds as ciphertext."""
        return [
            f.name for f in self._meta.model._meta.fields if getattr(f, "personal", False) and f.name in self.fields
        ]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed and differs from what the form showed, for the service."""
        typed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        for name in self.personal_fields:
            if typed.get(name) == ERASE:
                typed[name] = ""
        return typed

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
            return [blind_index(str(self.kept[name]))[:16]]
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        if isinstance(field.widget, forms.CheckboxInput):
            return ["on"] if value else []
        shown = field.widget.format_value(value)
        return list(shown) if isinstance(shown, list) else ["" if shown is None else str(shown)]

    def _merge(self) -> None:
        try:
            self._seen = dict(json.loads(self.data.get(OPENED) or "{}"))
        except (ValueError, TypeError):
            self._seen = {}
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, now in self._now().items():
            typed, seen, meant = data.getlist(name), self._seen.get(name, now), data.get(f"{SETTLED}{name}")
            present = [""] if name in self.kept else now
            told = "、".join(now)
            if seen == now or typed == present or meant == f"={told}":
                continue
            if typed == seen or meant == NOW:
                data.setlist(name, present)
            else:
                self.conflicts[name] = told
        self.data = data

    def _clean_form(self) -> None:
        super()._clean_form()  # type: ignore[misc]
        for name in self.conflicts:
            self.add_error(name, f"您填写期间，{last_change(self.instance, name)}，请选择用哪一个")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic(), derived_once():
                self.saved = self.admin.write(self.request, self)
                require_changeable(self.saved, self.request.scope)
        except ValidationError as error:
            self._place(error)
        except Refusal as refusal:
            self.add_error(None, str(refusal))

    def _place(self, error: ValidationError) -> None:
        """Put each message at its field, those of fields that are not shown above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, messages in error.error_dict.items():
            self.add_error(name if name in self.fields else None, messages)
