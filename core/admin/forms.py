"""Forms whose last check is the service itself: what it refuses stands in the form, with everything typed kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils import timezone

from core.edit_conflicts import MergingForm
from core.importing.marks import ERASE
from core.locks import derived_once
from core.masking import mask, struck
from core.pages import PageRequest
from core.refusals import Refusal
from core.scope import require_changeable

if TYPE_CHECKING:
    from core.admin.modeladmin import ScopedModelAdmin


class ServiceForm(MergingForm, forms.ModelForm):
    """A model form that writes through its admin class's service while it is checked.

    The service runs inside a savepoint. Its refusal becomes the form's error; a row that would leave the user's scope is
    refused too. Personal values come masked and are left alone unless something is typed.
    """

    admin: ScopedModelAdmin
    request: PageRequest
    saved: models.Model | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
    def trail(self) -> dict[str, Any]:
        """What every service is told: who writes, on which day, and why."""
        reason = struck(self.cleaned_data.get("reason", ""))
        return {"by": self.request.user, "on": timezone.localdate(), "reason": reason}

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._write()
        self._place_checks()

    def _write(self) -> None:
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
        for name, messages in error.update_error_dict({}).items():
            self.add_error(name if name in self.fields else None, messages)

    def _place_checks(self) -> None:
        """Put what a check of the database says at the first field that it is about."""
        about = {
            str(one.violation_error_message): name
            for one in self._meta.model._meta.constraints
            if isinstance(one, models.CheckConstraint) and isinstance(one.condition, models.Q)
            for name in reversed(self.fields)
            if name in one.condition.referenced_base_fields
        }
        whole = self.errors.pop(NON_FIELD_ERRORS, None)
        for message in whole.as_data() if whole else ():
            self.add_error(about.get(str(message.message)), message)
