"""What can be wrong with a cell or a row: the stable word of the command line, its weight, and what to do about it.

Apps add the words of their own readers and checks beside their sources.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.registries import Registry

ERROR, WARNING = "error", "warning"
LEVEL_NAMES = {ERROR: "错误", WARNING: "提醒"}


@dataclass(frozen=True)
class Problem:
    """A kind of problem. An error keeps the row out; with a warning the row goes in and the cell does not."""

    code: str
    level: str
    sentence: str  # what is wrong and what to do, as it stands beside the cell


problems: Registry[Problem] = Registry()

DUPLICATE_DIFFERS, OUTSIDE_SCOPE = "duplicate_differs", "outside_scope"
IDENTITY_DOUBTFUL = (
    "identity_doubtful"  # held back until the clerk says that it is the same (`core.importing.identity`)
)

problems.add(
    Problem("date_unreadable", WARNING, "日期无法识别，未写入；请按 2019-03-05 的样式填写"),
    Problem("date_future", WARNING, "日期在今天之后，未写入；请核对"),
    Problem("headcount_unreadable", WARNING, "人数不是整数，未写入；请填写一个整数"),
    Problem("headcount_doubtful", WARNING, "人数超过 100,000，多半有误，未写入；请核对，确实无误的在单位页面填写"),
    Problem("headcount_negative", ERROR, "人数小于 0；请改正后重新导入"),
    Problem("capital_unreadable", WARNING, "金额无法识别，未写入；请按 100（万元）的样式填写"),
    Problem("yes_no_unreadable", WARNING, "无法识别为“是”或“否”，未写入；请填写 是 或 否"),
    Problem("text_too_long", WARNING, "文字过长，未写入；请缩短后重新导入"),
    Problem("personal_number", WARNING, "含有证件号码、手机号码或银行卡号，未写入；请删去号码后重新导入"),
    Problem(DUPLICATE_DIFFERS, ERROR, "名单中有多行使用同一识别码而内容不一致，均未导入；请核对后只保留正确的一行"),
    Problem(
        IDENTITY_DOUBTFUL,
        ERROR,
        "只有原注册号与登记的单位相同，名称、法定代表人、地址都对不上，未导入；请核对：是同一单位的，在导入页面确认，不是的，更正原注册号",
    ),
    Problem(OUTSIDE_SCOPE, ERROR, "该行不在您的管辖范围内，未导入；请由有权限的部门导入"),
)


def level_of(code: str) -> str:
    return problems[code].level
