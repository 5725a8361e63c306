"""Telling an area from the words of a list."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from core.cells import Cell, CellProblem, half_width, read_text
from core.refusals import Refusal
from core.scope import Scope
from orgs.models import Jurisdiction, Region

Level = Region.Level


class Areas:
    """All areas, loaded once, and the words for them."""

    def __init__(self) -> None:
        self.regions = {region.code: region for region in Region.objects.all()}
        self._words = self._all_words()
        self._by_district = self._street_words()
        self._in_address = _alternatives(self._by_district)
        self.in_address = lru_cache(1 << 14)(self._find_in_address)

    def read(self, cell: Cell) -> str | None:
        """The code of an area named by itself (when no other is called so), with those above it, or by its code.

        Raises `unknown_area`.
        """
        if (text := read_text(cell)) is None:
            return None
        word = _word(text)
        code = word if word in self.regions else self._words.get(word)
        if code is None:
            raise CellProblem("unknown_area")
        return code

    def _find_in_address(self, address: str) -> str | None:
        """The street that an address names behind its district; a street's name alone could be a road's."""
        word = _word(address)
        if self._in_address and (district := self._in_address.search(word)):
            streets = self._by_district[district[0]]
            if streets[0] and (street := streets[0].match(word, district.end())):
                return streets[1][street[0]]
        return None

    def _all_words(self) -> dict[str, str]:
        """Every name with those above it; a name alone where it is the only one, or the only one of the higher level."""
        words: dict[str, str] = {}
        for level in Level.values:
            here = [region for region in self.regions.values() if region.level == level]
            often = Counter(_word(region.name) for region in here)
            for region in here:
                for above in self._above(region):
                    words.setdefault(_word(above + region.name), region.code)
                if often[_word(region.name)] == 1:
                    words.setdefault(_word(region.name), region.code)
        return words

    def _above(self, region: Region) -> list[str]:
        """`云溪区`, `澄州市云溪区`: what may stand before a name."""
        before: list[str] = []
        parent = self.regions.get(region.parent_id or "")
        while parent:
            before.append(parent.name + (before[-1] if before else ""))
            parent = self.regions.get(parent.parent_id or "")
        return before

    def _street_words(self) -> dict[str, tuple[re.Pattern[str] | None, dict[str, str]]]:
        """District → its streets, as a pattern and by name."""
        streets: dict[str, dict[str, str]] = {
            _word(region.name): {} for region in self.regions.values() if region.level == Level.DISTRICT
        }
        for region in self.regions.values():
            if region.level == Level.STREET and region.parent_id in self.regions:
                streets[_word(self.regions[region.parent_id].name)][_word(region.name)] = region.code
        return {district: (_alternatives(names), names) for district, names in streets.items()}


def check_extent(code: str) -> None:
    """Refuse an extent that is no area of the city."""
    if not Region.objects.filter(pk=code).exists():
        raise Refusal(f"行政区划代码“{code}”不存在，请填写本市的 12 位区划代码")


def extents(scope: Scope) -> list[tuple[str, str]]:
    """Districts and streets that the scope manages, each street behind its district."""
    levels = (Level.DISTRICT, Level.STREET)
    regions = list(Region.objects.filter(level__in=levels).select_related("parent").order_by("code"))
    if not scope.whole:
        managed = Jurisdiction.objects.filter(committee__in=scope.unit_managers).exclude(region=None)
        own = tuple(region.prefix for region in Region.objects.filter(pk__in=managed.values("region")))
        regions = [region for region in regions if region.code.startswith(own)]
    return [(r.code, r.name if r.level == Level.DISTRICT else f"{r.parent} {r.name}") for r in regions]


def _word(text: str) -> str:
    return "".join(half_width(text).split())


def _alternatives(words: dict) -> re.Pattern[str] | None:
    """A pattern for any of the words, longer ones first."""
    listed = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, listed))) if listed else None
