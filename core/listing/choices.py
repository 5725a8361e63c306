"""Choices among very many: they are looked for by their names, not listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django import forms
from django.utils.safestring import SafeString

from core.rendering import drawn, drawn_each

LISTED = 200  # so many choices are a drop-down
SUGGESTED = 20


class SearchedInput(forms.TextInput):
    """An input that is given what fits the letters typed so far by the page on which it stands: at once with script, without
    it when the form is sent. `find` gives what is put in, with what is said beside it; `names` is how keys are shown."""

    def __init__(
        self, find: Callable[[str], Iterable[tuple[str, str]]], names: Mapping[str, str] | None = None, **attrs: str
    ) -> None:
        super().__init__({"autocomplete": "off", **attrs})
        self.find, self.names = find, names or {}

    def format_value(self, value: Any) -> str | None:
        return self.names.get(str(value)) or super().format_value(value)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input, and what is suggested."""
        here = f"{name}_suggestions"
        asking = {
            "list": here, "hx-get": "?", "hx-trigger": "input changed delay:250ms", "hx-target": f"#{here}",
            "hx-select": f"#{here}", "hx-swap": "outerHTML", "hx-push-url": "false",
        }  # fmt: skip
        text = str(self.format_value(value) or "").strip()
        options = drawn_each('<option value="{}">{}</option>', islice(self.find(text) if text else (), SUGGESTED))
        field = super().render(name, value, {**(attrs or {}), **asking}, renderer)
        return drawn('{}<datalist id="{}">{}</datalist>', field, here, options)


class Choices:
    """Keys with their names: a drop-down, or where there are too many an input that is searched."""

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        self.listed = choices
        names = [(key, name.strip()) for key, name in choices if key]
        times = Counter(name for _, name in names)
        self.names = {key: name if times[name] == 1 else f"{name} {key}" for key, name in names}

    @property
    def searched(self) -> bool:
        return len(self.names) > LISTED

    def key(self, text: str) -> str:
        """What was typed as a key: by the whole name, or by a part that no other name has; else as it is."""
        whole = [key for key, name in self.names.items() if text in (key, name)]
        fitting = whole or [key for key, name in self.names.items() if text and text in name]
        return fitting[0] if len(fitting) == 1 else text

    def widget(self, label: str) -> forms.Widget:
        if self.searched:
            fitting = lambda text: ((name, "") for name in self.names.values() if text in name)  # noqa: E731
            return SearchedInput(fitting, self.names, **{"aria-label": label, "placeholder": label})
        return forms.Select({"aria-label": label}, self.listed)
