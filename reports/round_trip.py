"""Lists that come back: worklists and street books with answers, other lists of organizations as the registry's own
(`orgs.sources.returned`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import starmap

from core.cells import Cell, CellProblem, read_text
from core.importing.problems import ERROR, WARNING, Problem, problems
from core.importing.readers import coming_day, text
from core.importing.round_trip import Part, Returning
from core.listing import Column
from core.sources import Read, Run, always
from orgs.sources.returned import ORGANIZATIONS
from reports.worklists import Asked, is_way, worklists

NAME = Column("名称", "organization.name", screen=False)


def organization_columns(columns: Sequence[Column], *, name: Column) -> list[Column]:
    """The columns with what their workbook needs to come back; in it the column `name` is headed as the registry's."""
    shown: list[Column] = []
    for column in columns:
        shown += [replace(column, export=False), NAME] if column is name else [column]
    return ORGANIZATIONS.columns(shown, record=lambda row: row.organization)


def _way(cell: Cell) -> str | None:
    """One of the ways that the worklists offer; raises `unknown_way`."""
    found = read_text(cell)
    if found and not is_way(found):
        raise CellProblem("unknown_way")
    return found


def _promised(run: Run) -> Read:
    """A day from today on; raises `date_over`."""
    read = coming_day(run)

    def promised(cell: Cell) -> str | None:
        found = read(cell)
        if found and found < run.today.isoformat():
            raise CellProblem("date_over")
        return found

    return promised


FACTS = (
    ("category", "类别"), ("region", "所在区划"), ("size", "人数"), ("formal", "正式党员"), ("why", "为什么"),
    ("since", "起始日期"), ("days", "已过（天）"), ("managed_by", "管理党组织"), ("contacts", "负责人"), ("step", "建议"),
)  # fmt: skip


def _returning(asked: Asked) -> Returning:
    return Returning(
        asked.about,
        (
            Part("unit", "单位名称", names_row=True),
            Part("credit_code", "统一社会信用代码", names_row=True),
            Part("reason", asked.reason, always(text(200))),
            Part("planned_form", asked.way, always(_way)),
            Part("planned_by", "完成时限", _promised),
            Part("responsible", "责任人", always(text(60))),
            *starmap(Part, FACTS),
        ),
    )


ANSWERS = {worklist.asked.source: _returning(worklist.asked) for worklist in worklists}
problems.add(
    Problem("date_over", WARNING, "已经过了，未写入；请填写今天或以后的日期"),
    Problem("unknown_way", ERROR, "不是可选的方式（措施），未导入；请填写下拉列表中或清单页面填报时可选的一种"),
)
