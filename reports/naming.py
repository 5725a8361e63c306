"""What figures are about, in words: the place of an answer, the way back up, and what a row is called."""

from __future__ import annotations

from core.pages import number
from core.scope import Scope
from orgs.figures import DIGITS, NONE, Narrow, Tree
from orgs.models import Coverage
from orgs.models.facts import SizeBand
from orgs.models.organizations import Category, Sector
from orgs.models.party import steps

Crumb = tuple[str, Narrow]
WORDS: dict[str, str] = {
    **dict(Sector.choices),
    **dict(Category.choices),
    **dict(SizeBand.choices),
    **dict(Coverage.Form.choices),
}


def place(scope: Scope, narrow: Narrow, tree: Tree) -> str:
    """The units that the figures are about: 全市, 云溪区, or 云溪区、社会团体."""
    words = [name for name, _ in crumbs(scope, narrow, tree)]
    first = words[-1]
    more = [
        WORDS.get(narrow.category, "待判定") if narrow.category else "",
        _zone(narrow.zone, tree) if narrow.zone else "",
        WORDS.get(narrow.band, "") if narrow.band else "",
    ]
    return "、".join(filter(None, [first, *more]))


def crumbs(scope: Scope, narrow: Narrow, tree: Tree) -> list[Crumb]:
    """The way from everything the scope sees down to the narrowing, each with what it is narrowed to."""
    way: list[Crumb] = [("全市" if scope.whole else _home(tree), Narrow())]
    if narrow.region:
        way += _areas(narrow.region, tree)
    if node := tree.named(narrow.node or narrow.own):
        below = [tree.nodes[key] for key in steps(node.path) if key in tree.nodes]
        way += [(above.name, Narrow(node=above.code)) for above in below[1 if scope.whole else 0 :]]
        if narrow.own:
            way[-1] = (f"{node.name}（本级管理）", Narrow(own=node.code))
    return way


def _home(tree: Tree) -> str:
    """What a scope is called that is not the whole city: the area, or the committee, at its only top."""
    tops = [node for node in tree.nodes.values() if not any(key in tree.nodes for key in steps(node.path)[:-1])]
    if len(tops) != 1:
        return "本辖区"
    held = tree.areas_of(tops[0].pk)
    return held[0].name if len(held) == 1 else tops[0].name


def _areas(prefix: str, tree: Tree) -> list[Crumb]:
    if prefix == NONE:
        return [("区划不明", Narrow(region=NONE))]
    parts = [prefix[:digits] for digits in DIGITS[1:] if len(prefix) >= digits]
    names = tree.areas([part.ljust(12, "0") for part in parts])
    found = []
    for part in parts:
        region = names.get(part.ljust(12, "0"))
        if region is None:
            continue
        name = region.name if len(region.prefix) >= len(part) else f"{region.name}（未分到下级）"
        found.append((name, Narrow(region=part)))
    return found


def _zone(key: str, tree: Tree) -> str:
    if key == NONE:
        return "不在园区、楼宇、市场"
    zone = tree.zones().get(number(key) or 0)
    return zone.name if zone else ""
