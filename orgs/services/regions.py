"""Bringing in the area codes of a real city."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from core import writing
from core.locks import one_at_a_time
from core.refusals import Refusal
from orgs.models import Region
from orgs.rules.areas import level

LOAD = "regions.load"
NAME_LENGTH = 60
SHOWN = 10  # problems in one sentence; a list that has more is wrong as a whole


@dataclass(frozen=True)
class Area:
    """A line of the list: 12-digit statistical code, name, and the code one level up (empty for the city)."""

    line: int
    code: str
    name: str
    parent: str


@transaction.atomic
def load(*, by: User | None, areas: Sequence[Area]) -> Mapping[str, int]:
    """Add the areas and rename those that are called otherwise now; none is removed, since records may lie in it.

    Returns how many are `new`, `changed` and `unchanged`. Raises Refusal naming the lines.
    """
    one_at_a_time()
    held = {region.code: region for region in Region.objects.all()}
    _require_sound(areas, {*held, *(area.code for area in areas)})
    fresh = [Region(code=a.code, name=a.name, level=level(a.code), parent_id=a.parent or None) for a in areas]
    new = [region for region in fresh if region.code not in held]
    changed = [region for region in fresh if region.code in held and _differs(region, held[region.code])]
    writing.add_many(new, by=by, action=LOAD)
    for region in changed:
        values = {name: getattr(region, name) for name in ("name", "level", "parent_id")}
        writing.change(by=by, record=held[region.code], values=values, action=LOAD, path="")
    return {"new": len(new), "changed": len(changed), "unchanged": len(fresh) - len(new) - len(changed)}


def _differs(fresh: Region, held: Region) -> bool:
    return (fresh.name, fresh.level, fresh.parent_id) != (held.name, held.level, held.parent_id)


def _require_sound(areas: Sequence[Area], known: set[str]) -> None:
    problems = [f"第 {area.line} 行：{why}" for area in areas if (why := _wrong(area, known))]
    seen: set[str] = set()
    for area in areas:
        if area.code in seen:
            problems.append(f"第 {area.line} 行：代码 {area.code} 重复")
        seen.add(area.code)
    if not areas:
        problems = ["文件中没有区划"]
    if problems:
        more = f"；另有 {len(problems) - SHOWN} 处" if len(problems) > SHOWN else ""
        raise Refusal(f"没有写入任何区划。{'；'.join(problems[:SHOWN])}{more}")


def _wrong(area: Area, known: set[str]) -> str:
    """What is wrong with a line by itself; empty when nothing is."""
    if not re.fullmatch(r"[0-9]{12}", area.code):
        return f"代码“{area.code}”不是 12 位数字"
    if not 0 < len(area.name) <= NAME_LENGTH:
        return f"名称应为 1 至 {NAME_LENGTH} 个字"
    if area.parent == area.code:
        return "上级是它自己"
    if area.parent and area.parent not in known:
        return f"找不到上级“{area.parent}”，文件中和系统中都没有"
    if not area.parent and level(area.code) != Region.Level.CITY:
        return "没有写上级代码，只有市一级可以没有"
    return ""
