"""Figures: measures summed over the tally, cut five ways, and the facts behind each number.

A number and the list behind it are narrowed by the same `Narrow`, whose condition reads columns that tally and facts
share; so they cannot differ. Live figures come from `Tally`, those of a closed month from its frozen copy: both have
the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Func, Q, QuerySet, Sum
from django.db.models.functions import Substr

from core.indicators import Indicator, added, less, measures, percent
from core.page_cache import kept
from core.pages import number
from core.scope import Scope
from orgs.facts import state
from orgs.models import Jurisdiction, OrganizationFacts, PartyOrganization, Region, Tally, Zone
from orgs.models.facts import CUTS as KEPT
from orgs.models.facts import SizeBand, cut_knowing
from orgs.models.organizations import Category, Sector
from orgs.models.party import MANAGING_KINDS, steps
from orgs.models.places import DISTRICT_DIGITS, STREET_DIGITS

CITY_DIGITS, COMMUNITY_DIGITS = 4, 12
DIGITS = (CITY_DIGITS, DISTRICT_DIGITS, STREET_DIGITS, COMMUNITY_DIGITS)
LEVELS = {DISTRICT_DIGITS: "区县", STREET_DIGITS: "街道（乡镇）", COMMUNITY_DIGITS: "社区（村）"}  # of rows by area
KEYS = frozenset(KEPT.values())
NONE = "none"  # in an address: the key is empty

Sums = dict[str, int | None]  # by measure; None: there was no such measure then


class Committee(NamedTuple):
    pk: int
    name: str
    code: str
    path: str
    region_id: str | None

    def __str__(self) -> str:
        return self.name


class Tree:
    """The places that figures are cut by, as they stand: committees of a scope, areas, zones.

    A closed month has its own, with the names and paths of then (`reports.queries.places`).
    """

    nodes: Mapping[int, Committee]

    def __init__(self, nodes: Mapping[int, Committee]) -> None:
        """`nodes` are the committees by id."""
        self.nodes = nodes

    def named(self, code: str) -> Committee | None:
        return next((node for node in self.nodes.values() if node.code == code), None)

    def managers_below(self, code: str) -> list[int]:
        """Ids of those that stand under a committee, itself included. A path is made of ids and says so by itself."""
        node = self.named(code)
        return [key for key, manager in self.nodes.items() if node and node.pk in steps(manager.path)]

    def areas(self, codes: Collection[str]) -> dict[str, Region]:
        return Region.objects.in_bulk(list(codes))

    def streets(self) -> list[Region]:
        """All districts and streets, in the order of their codes."""
        return list(Region.objects.filter(level__in=[Region.Level.DISTRICT, Region.Level.STREET]).order_by("code"))

    def areas_reached(self, scope: Scope) -> list[Region]:
        """The areas that the committees of a scope have jurisdiction over, or have anything in."""
        held = Jurisdiction.objects.filter(committee__in=scope.unit_managers, region__isnull=False)
        counted = areas_counted(Tally.objects.within(scope))
        return list(Region.objects.filter(Q(pk__in=held.values("region")) | Q(pk__in=counted)))

    def areas_of(self, committee: int) -> list[Region]:
        """The areas that a committee itself has jurisdiction over."""
        held = Jurisdiction.objects.filter(committee=committee, region__isnull=False)
        return list(Region.objects.filter(pk__in=held.values("region")))

    def zones(self) -> dict[int, Zone]:
        """All zones, by kind and code."""
        return {zone.pk: zone for zone in Zone.objects.order_by("kind", "code")}

    def authorities(self) -> dict[int, str]:
        """Industry authorities by the committee that manages their organizations."""
        return dict(Jurisdiction.objects.exclude(authority="").values_list("committee", "authority"))

    def names(self, keys: Collection[int | None]) -> dict[int, str]:
        """The names of Party organizations by id."""
        return dict(
            PartyOrganization.objects.filter(pk__in=[key for key in set(keys) if key]).values_list("pk", "name")
        )


TODAY = Tree({})  # for those who ask for areas and zones alone


@dataclass(frozen=True)
class Narrow:
    """What figures and lists are narrowed to; empty: nothing. The words are those of the addresses of pages."""

    region: str = ""  # leading digits of an area code, or NONE
    node: str = ""  # code of a node of the Party tree: it and all below
    own: str = ""  # code of a committee: what it manages itself
    category: str = ""  # a category, a sector, or NONE
    zone: str = ""  # id of a zone, or NONE
    band: str = ""

    def condition(self, tree: Tree) -> Q:
        """As a filter over figures or facts. A node that is not of the tree has nothing."""
        condition = Q()
        if self.region:
            condition &= within_area(self.region)
        if self.category in Sector.values:
            condition &= Q(category__in=[c.value for c in Category if c.sector == self.category])
        elif self.category:
            condition &= Q(category="" if self.category == NONE else self.category)
        if self.zone:
            condition &= Q(zone_key=0 if self.zone == NONE else number(self.zone) or -1)
        if self.band:
            condition &= Q(band=self.band)
        if self.node:
            condition &= Q(managed_by__in=tree.managers_below(self.node))
        if self.own:
            node = tree.named(self.own)
            condition &= Q(managed_by=node.pk if node else 0)
        return condition

    def query(self) -> dict[str, str]:
        """The filled words, for an address."""
        return {name: value for name, value in self.__dict__.items() if value}


@dataclass(frozen=True)
class Slice:
    """One row of a cut: its name, its sums by measure, and what narrows figures and lists to it."""

    name: str
    sums: Sums
    narrow: Narrow
    opens: bool = False  # there is a smaller cut below it

    def rate(self, indicator: Indicator) -> Decimal | None:
        """The indicator in percent; None for an empty denominator."""
        return percent(self.sums[indicator.numerator.code], self.sums[indicator.denominator.code])

    def gap(self, indicator: Indicator) -> int | None:
        return less(self.sums[indicator.denominator.code], self.sums[indicator.numerator.code])


@dataclass(frozen=True)
class Figures:
    """The figures within a scope, to be summed by any keys, and the tree they are cut by.

    `known` are the measures that there were when the figures were frozen; None: all that there are. `standing` is what
    changes when any of the figures or committees does: as long as it is the same, sums are kept.
    """

    rows: QuerySet
    tree: Tree
    known: Collection[str] | None = None
    standing: tuple[Any, ...] | None = None

    def sums(self, narrow: Narrow, keys: Sequence[Any], codes: Iterable[str]) -> list[tuple[tuple[Any, ...], Sums]]:
        """Measures by keys (columns or expressions), in ONE query over the fewest rows that know them.

        There are sums wherever there is anything of the subjects, and None for what these keys cannot tell.
        """
        asked = list(dict.fromkeys(codes))

        def read() -> list[tuple[tuple[Any, ...], Sums]]:
            return self._summed(narrow, keys, asked)

        return kept(("sums", self.standing, narrow, str(keys), asked), read) if self.standing else read()

    def _summed(self, narrow: Narrow, keys: Sequence[Any], asked: list[str]) -> list[tuple[tuple[Any, ...], Sums]]:
        named = {f"key{index}": F(key) if isinstance(key, str) else key for index, key in enumerate(keys)}
        condition = narrow.condition(self.tree)
        read = condition.referenced_base_fields | {name for key in named.values() for name in _columns_of(key)}
        available = [code for code in asked if self._tells(code, read & KEYS)]
        sought = {*available, *(measures[code].subject.code for code in available)}
        found = self.rows.filter(condition, cut=cut_knowing(read), measure__in=sought).exclude(value=0).order_by()
        nothing: Sums = {code: 0 if code in available else None for code in asked}
        sums: dict[tuple[Any, ...], Sums] = {} if keys else {(): dict(nothing)}
        for row in found.values("measure", **named).annotate(sum=Sum("value")):
            here = sums.setdefault(tuple(row[name] for name in named), dict(nothing))
            if row["measure"] in here:
                here[row["measure"]] = row["sum"]
        return list(sums.items())

    def whole(self, narrow: Narrow, codes: Iterable[str]) -> Sums:
        """Measures of everything that the narrowing leaves."""
        return dict(self.sums(narrow, [], codes))[()]

    def _tells(self, code: str, keys: Collection[str]) -> bool:
        return (self.known is None or code in self.known) and measures[code].subject.keys.issuperset(keys)


Cut = Callable[[Figures, Narrow, Sequence[str]], list[Slice]]


def within_area(prefix: str, column: str = "region_code") -> Q:
    """Area codes below leading digits. Digits sort alike in every collation."""
    if prefix == NONE:
        return Q(**{column: ""})
    return Q(**{f"{column}__range": area_codes(prefix)})


def areas_counted(rows: QuerySet) -> QuerySet:
    """The codes of the areas in which figures count anything."""
    everything = {measure.subject.code for measure in measures}
    return rows.filter(cut="region", measure__in=everything).exclude(value=0).values_list("region_code", flat=True)


def area_codes(prefix: str) -> tuple[str, str]:
    """The first and the last code that begin with the digits."""
    return prefix.ljust(COMMUNITY_DIGITS, "0"), prefix.ljust(COMMUNITY_DIGITS, "9")


def _columns_of(key: F | Func) -> set[str]:
    parts = [key] if isinstance(key, F) else key.flatten()
    return {part.name for part in parts if isinstance(part, F)}  # type: ignore[attr-defined]


def tree_of(scope: Scope) -> Tree:
    """The committees of the scope as they stand. One query."""
    rows = PartyOrganization.objects.within(scope).filter(kind__in=MANAGING_KINDS).order_by("path")
    return Tree({row[0]: Committee(*row) for row in rows.values_list(*Committee._fields)})


def live(scope: Scope) -> Figures:
    standing, tree = (scope.reach, state()), tree_of(scope)
    places = tuple((node.path, node.code) for node in tree.nodes.values())
    return Figures(Tally.objects.within(scope), tree, standing=(*standing, places))


def facts_of(scope: Scope, where: Q, narrow: Narrow, tree: Tree) -> QuerySet[OrganizationFacts]:
    """The facts that a live figure counts: its list of names."""
    return OrganizationFacts.objects.within(scope).filter(where, narrow.condition(tree))


def total(rows: Iterable[Slice], measures: Iterable[str], narrow: Narrow, name: str = "合计") -> Slice:
    """The sum of rows that share nothing."""
    found = list(rows)
    return Slice(name, {code: added(row.sums[code] for row in found) for code in measures}, narrow)


def digits_below(region: str) -> int:
    """The digits of the areas right below one."""
    return next((digits for digits in DIGITS if digits > max(len(region), CITY_DIGITS)), COMMUNITY_DIGITS)


def by_region(figures: Figures, narrow: Narrow, measures: Sequence[str], *, digits: int = 0) -> list[Slice]:
    """Districts, streets or communities: the level below the area, or the one with so many digits."""
    digits = digits or digits_below(narrow.region)
    found = figures.sums(narrow, [Substr("region_code", 1, digits)], measures)
    codes = [str(key).ljust(COMMUNITY_DIGITS, "0") for (key,), _ in found if key]
    names = figures.tree.areas(codes)
    rows = []
    for (key,), sums in sorted(found, key=lambda item: (not item[0][0], item[0][0])):
        region = names.get(str(key).ljust(COMMUNITY_DIGITS, "0"))
        larger = region is not None and len(region.prefix) < digits
        name = "区划不明" if not key else f"{region.name}（未分到下级）" if larger and region else str(region or key)
        opens = bool(key) and not larger and digits < COMMUNITY_DIGITS
        rows.append(Slice(name, sums, replace(narrow, region=str(key) or NONE), opens))
    return rows


def by_party(figures: Figures, narrow: Narrow, measures: Sequence[str]) -> list[Slice]:
    """The committees directly below a node, each with all below it, and what the node manages itself.

    Without a node: the highest of the scope; where there is a single way down, one level further.
    """
    tree = figures.tree
    ways = {
        key: ([node for node in steps(tree.nodes[key].path) if node in tree.nodes], sums)
        for (key,), sums in figures.sums(narrow, ["managed_by"], measures)
        if key in tree.nodes
    }
    base = tree.named(narrow.node)
    depth = next((way.index(base.pk) + 1 for way, _ in ways.values() if base and base.pk in way), 0)
    deepest = max((len(way) for way, _ in ways.values()), default=0) - 1
    while not narrow.node and depth < deepest and len({tuple(way[: depth + 1]) for way, _ in ways.values()}) == 1:
        depth += 1
    grouped: dict[tuple[int, bool], list[tuple[list[int], Sums]]] = {}
    for way, sums in ways.values():
        here = len(way) <= depth
        grouped.setdefault((way[-1] if here else way[depth], here), []).append((way, sums))
    rows = []
    for (key, own), parts in sorted(grouped.items(), key=lambda item: (item[0][1], tree.nodes[item[0][0]].path)):
        node = tree.nodes[key]
        sums = {code: added(part[code] for _, part in parts) for code in measures}
        if own:
            rows.append(Slice(f"{node.name}（本级管理）", sums, replace(narrow, node="", own=node.code)))
        else:
            opens = any(len(way) > depth + 1 for way, _ in parts)
            rows.append(Slice(node.name, sums, replace(narrow, node=node.code), opens))
    return rows


def _by_key(word: str, named: Callable[[Tree], Mapping[Any, str]], column: str = "") -> Cut:
    """By a key whose values all have a name, in the order of the names; the last one is that of what has no value."""

    def rows(figures: Figures, narrow: Narrow, measures: Sequence[str]) -> list[Slice]:
        names = named(figures.tree)
        found = {key: sums for (key,), sums in figures.sums(narrow, [column or word], measures)}
        known = [*(key for key in names if key in found), *(key for key in found if key not in names)]
        nowhere = list(names.values())[-1]
        return [
            Slice(names.get(key, nowhere), found[key], replace(narrow, **{word: str(key) if key else NONE}))
            for key in known
        ]

    return rows


def _zone_names(tree: Tree) -> dict[int, str]:
    zones = {key: f"{zone.name}（{zone.get_kind_display()}）" for key, zone in tree.zones().items()}
    return zones | {0: "不在园区、楼宇、市场"}


by_category = _by_key("category", lambda tree: dict(Category.choices) | {"": "待判定"})
by_band = _by_key("band", lambda tree: dict(SizeBand.choices))
by_zone = _by_key("zone", _zone_names, "zone_key")
CUTS: dict[str, tuple[str, Cut]] = {
    "region": ("区划", by_region),
    "party": ("党组织", by_party),
    "category": ("类别", by_category),
    "zone": ("园区", by_zone),
    "band": ("规模", by_band),
}
