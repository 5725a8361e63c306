"""The cross-table that staff hand in (rules §7): areas or industry authorities × categories × measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models.functions import Substr

from core.indicators import added, less
from orgs.figures import Figures, Narrow, Sums
from orgs.indicators import R3
from orgs.models import Coverage
from orgs.models.organizations import Category
from orgs.models.places import STREET_DIGITS

READY_GAP = "正式党员≥%(org.formal_min_to_found)s未建"  # 应建未建 is said of all that should have a Party organization
COLUMNS: tuple[tuple[str, str], ...] = (  # names in the words of a moment
    ("counted", "单位"),
    ("branch_offices", "其中分支机构"),
    ("staff", "职工"),
    ("formal", "正式党员"),
    ("probationary", "预备党员"),
    *((form.name.lower(), form.label) for form in Coverage.Form),
    ("uncovered", "无"),
    ("ready_gap", READY_GAP),
    ("instructor", "指导员"),
    ("union", "工会"),
    ("youth", "团"),
)
MEASURES = (*tuple(code for code, _ in COLUMNS if code != "ready_gap"), R3.denominator.code, R3.numerator.code)
CATEGORIES = tuple(category.value for category in Category)
UNKNOWN = ""  # 待判定
WHOLE = "all"


class Block(NamedTuple):
    """A row of the table: its name, what narrows lists to it, and its sums by category (WHOLE: all of them)."""

    name: str
    narrow: Narrow
    sums: dict[str, Sums]


@dataclass(frozen=True)
class CrossRows:
    """What stands in the rows: the figures' key, and the names of its values."""

    title: str
    key: Any
    named: Callable[[Figures, set[Any]], dict[Any, tuple[str, Narrow]]]


def _streets(figures: Figures, keys: set[str]) -> dict[str, tuple[str, Narrow]]:
    regions = figures.tree.areas([key.ljust(12, "0") for key in keys if key])
    parents = figures.tree.areas({region.parent_id for region in regions.values() if region.parent_id})
    found = {}
    for key in sorted(keys, key=lambda key: (not key, key)):
        region = regions.get(key.ljust(12, "0"))
        if region is None:
            found[key] = (key or "区划不明", Narrow(region=key or "none"))
        elif len(region.prefix) < STREET_DIGITS:
            found[key] = (f"{region.name}（未分到街道）", Narrow(region=key))
        else:
            above = parents.get(region.parent_id or "")
            found[key] = (f"{above.name if above else ''} {region.name}", Narrow(region=key))
    return found


def _zones(figures: Figures, keys: set[int]) -> dict[int, tuple[str, Narrow]]:
    found = {key: (zone.name, Narrow(zone=str(key))) for key, zone in figures.tree.zones().items()}
    gone = {key: ("已撤销的园区", Narrow(zone=str(key))) for key in sorted(keys - found.keys() - {0})}
    none = {0: ("不在园区、楼宇、市场", Narrow(zone="none"))} if 0 in keys else {}
    return {key: found[key] for key in found if key in keys} | gone | none


def _authorities(figures: Figures, keys: set[int]) -> dict[int, tuple[str, Narrow]]:
    """Committees that manage by industry under their authority's name, the others under their own."""
    authorities = figures.tree.authorities()
    nodes = [node for node in figures.tree.nodes.values() if node.pk in keys]
    nodes.sort(key=lambda node: (node.pk not in authorities, node.path))
    return {node.pk: (authorities.get(node.pk, node.name), Narrow(own=node.code)) for node in nodes}


ROWS: dict[str, CrossRows] = {
    "street": CrossRows("街道（乡镇）", Substr("region_code", 1, STREET_DIGITS), _streets),
    "zone": CrossRows("园区", "zone_key", _zones),
    "authority": CrossRows("行业主管部门", "managed_by", _authorities),
}


def cross_table(figures: Figures, narrow: Narrow, rows: str) -> list[Block]:
    """The blocks in order, the sum of all last. One query over the figures and one for the names.

    A row narrows to itself within the narrowing of the table.
    """
    kind = ROWS[rows]
    sums: dict[Any, dict[str, Sums]] = defaultdict(dict)
    for (key, category), values in figures.sums(narrow, [kind.key, "category"], MEASURES):
        sums[key][category] = values | {"ready_gap": less(values[R3.denominator.code], values[R3.numerator.code])}
    named = kind.named(figures, set(sums))
    blocks = [
        Block(name, replace(narrow, **where.query()), _with_whole(sums[key])) for key, (name, where) in named.items()
    ]
    return [*blocks, Block("合计", narrow, _added([block.sums for block in blocks]))]


def shown_categories(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """The categories that occur, then 待判定 when it does, by code and name; WHOLE first."""
    labels: dict[str, str] = dict(Category.choices)
    last = blocks[-1].sums
    known = [(code, labels[code]) for code in CATEGORIES if code in last]
    return [(WHOLE, "合计"), *known, *([(UNKNOWN, "待判定")] if UNKNOWN in last else [])]


def _with_whole(sums: dict[str, Sums]) -> dict[str, Sums]:
    return sums | {WHOLE: {code: added(values[code] for values in sums.values()) for code, _ in COLUMNS}}


def _added(parts: Sequence[dict[str, Sums]]) -> dict[str, Sums]:
    categories = dict.fromkeys(category for part in parts for category in part) or {WHOLE: None}
    return {
        category: {code: added(part[category][code] for part in parts if category in part) for code, _ in COLUMNS}
        for category in categories
    }
