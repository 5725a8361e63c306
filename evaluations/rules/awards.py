"""评选表彰、示范点: what each is given for, in the Opinion's words; what is compared with the registers; how many a committee may
propose (rules §15). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from evaluations.rules.facts import Record
from evaluations.rules.goods import MEMBER, PARTY, told

RECHECK_BEFORE = timedelta(days=90)  # so long before its end a 示范点 falls due to be looked at anew
LATELY = timedelta(days=365)  # so long the opinion on an owner holds

CRITERIA = {
    "PARTY": told(PARTY),
    "MEMBER": told(MEMBER),
    "INSTRUCTOR": (
        "指导与服务相结合，协助组建党组织、发展党员、教育管理党员",
        "指导和帮助工会、共青团等群众组织开展活动",
        "按时走访，所联系单位的党建工作有明显进展",
    ),
    "OWNER": (
        "积极支持党建工作，做出突出贡献",
        "为党组织活动提供必要的时间、场所和经费",
        "支持建立党组织和工会、共青团等群众组织，听取党组织的意见",
        "依法经营、照章纳税，维护职工合法权益",
    ),
    "WORKER": (
        "党性观念强，懂经营会管理，善于做群众工作",
        "热爱党务工作，组织生活制度健全、运行规范",
        "关心党员和职工，为党员和职工群众办实事、解难事、做好事",
    ),
}  # fmt: skip
WHOM: dict[str, tuple[str, ...]] = {  # which fields tell whom an award is for
    "PARTY": (),
    "MEMBER": ("member",),
    "INSTRUCTOR": ("instructor",),
    "OWNER": ("unit", "name"),
    "WORKER": ("member", "name"),
}
SITE_CRITERIA = (
    "达到“五个好”党组织的要求",
    "有固定的活动场所，工作有特色，经验可以推广",
    "接待参观学习，与其他党支部结对，发挥辐射带动作用",
)


@dataclass(frozen=True)
class Check:
    """What the registers say of one condition, in words, with the records that it rests on."""

    name: str
    text: str
    fits: bool
    records: tuple[Record, ...] = ()

    def kept(self) -> list[Any]:
        return [self.name, self.text, self.fits, [[one.text, one.model, one.pk] for one in self.records]]

    @classmethod
    def of_kept(cls, kept: Sequence[Any]) -> Check:
        name, text, fits, records = kept
        return cls(name, text, fits, tuple(Record(*one) for one in records))


def faults(checks: Sequence[Check]) -> str:
    """All that does not fit, in one sentence; empty where all does."""
    return "；".join(f"{one.name}：{one.text}" for one in checks if not one.fits)


def beyond(place: str, award: str, most: int, proposed: int) -> str:
    """Why one more may not be proposed there; empty where it may."""
    if proposed < most:
        return ""
    used = f"已推荐 {proposed} 个" if proposed else "没有分配名额"
    return f"{place}的“{award}”名额是 {most} 个，{used}，不能再推荐；请先撤回一项推荐，或请上级调整名额"
