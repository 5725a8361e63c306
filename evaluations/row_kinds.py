"""争创目标 among the small tables that a branch keeps on its own pages."""

from activities.row_kinds import RowKind, row_kinds
from evaluations.models import Goal
from evaluations.services.goals import goals

row_kinds.add(
    RowKind(
        "goals", goals, ("member", "year", "wanted", "what"), once=("member", "year"),
        does="登记争创目标", counted="今年 {} 项", day="year",
        empty="还没有登记。支部和党员今年争创什么、怎样争创，登记后列在这里，评定结果出来以后并排显示。",
        open=lambda on: Goal.objects.filter(year=on.year),
        detail=lambda row: f"{row.member or '本支部'}，{row.what}",
        help={"member": "支部自己的目标不选。"},
    )
)  # fmt: skip
