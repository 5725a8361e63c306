"""Widgets of the back office that Django's own do not serve."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect

from core.pages import number


class Autocomplete(AutocompleteSelect):
    """Django's, which fails on the form that it shows again when what was sent is no id."""

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        """The chosen options; those that can be none are left out."""
        return super().optgroups(name, [one for one in value if not one or number(str(one)) is not None], attrs)
