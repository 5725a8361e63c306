"""The registries by which a lower app shows what an upper app knows (docs/architecture.md).

An app fills them in a file of the registry's name: `indicators.py`, `due.py`, `panels.py`, `sources.py`, `parameters.py`.
Nothing names these files: whatever stands in an app is read when the server starts (`discover`).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Generic, Protocol, TypeVar

from django.apps import AppConfig, apps
from django.conf import settings

READ_BY_DJANGO = {"migrations", "management"}


class Coded(Protocol):
    """Anything with a code that is unique in its registry."""

    @property
    def code(self) -> str:
        """The unique code."""


Item = TypeVar("Item", bound=Coded)


class Registry(Generic[Item]):
    """Objects by code, in the order in which they were added."""

    def __init__(self, *items: Item) -> None:
        self._items: dict[str, Item] = {}
        self.add(*items)

    def add(self, *items: Item) -> None:
        """Register; a code that is taken is a mistake of the programmer."""
        for item in items:
            if self._items.get(item.code, item) != item:
                raise ValueError(f"{item.code!r} is registered twice")
            self._items[item.code] = item

    def __getitem__(self, code: str) -> Item:
        return self._items[code]

    def __contains__(self, code: object) -> bool:
        return code in self._items

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def codes(self) -> tuple[str, ...]:
        return tuple(self._items)


def own_apps() -> list[AppConfig]:
    """The apps of the project itself, the lowest first."""
    base = Path(settings.BASE_DIR)
    return [
        config
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(base) and "site-packages" not in Path(config.path).parts
    ]


def discover() -> None:
    """Read every module of the apps: what is declared anywhere in them is known."""
    for config in own_apps():
        for found in walk_packages([config.path], f"{config.name}."):
            if not READ_BY_DJANGO & set(found.name.split(".")):
                import_module(found.name)
