"""What the audit trail's actions and keys are called in Chinese. Each app names its own in a file of this name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

actions: dict[str, str] = {}  # the code of an action (`app.verb`): its name
keys: dict[str, str] = {}  # a key of `changes` that is no field of the record's model: its name
risks: dict[str, list[str]] = {}  # what an auditor looks for first, in Chinese: the codes of its actions
values: dict[tuple[str, str], Callable[[Any], str]] = {}  # model and field that hold a code: its name

name_actions, name_keys = actions.update, keys.update


def name_risks(names: Mapping[str, Sequence[str]]) -> None:
    """Say which actions are risky, and of what kind; apps add to each other's kinds."""
    for name, codes in names.items():
        risks.setdefault(name, []).extend(codes)


def name_values(model: str, names: Mapping[str, Callable[[Any], str]]) -> None:
    """Say what the codes of a model's fields are called, where the fields have no choices."""
    values.update({(model, field): name for field, name in names.items()})


def action_name(code: str) -> str:
    """The action in Chinese; the code itself where an app that wrote it is gone."""
    return actions.get(code, code)


name_actions(
    {
        "core.clock_is_right": "确认服务器时钟无误",
        "core.export": "导出",
        "core.refused": "访问被拒绝",
        "core.reveal": "查看被遮盖的信息",
        "core.rotate": "更换密钥",
        "core.seal_accept": "接受封存差异",
        "import.add": "名单导入新增",
        "import.change": "名单导入修改",
        "import.keep": "保留本系统的值",
        "import.same": "确认为同一单位",
        "import.undo": "撤销名单导入",
    }
)
name_keys({"rows": "行数"})
name_risks(
    {
        "看明文": ("core.reveal",),
        "导出": ("core.export",),
        "撤销导入、合并": ("import.undo",),
        "访问被拒绝": ("core.refused",),
        "密钥、封存和时钟": ("core.rotate", "core.seal_accept", "core.clock_is_right"),
    }
)
