"""工作业绩好."""

from __future__ import annotations

from decimal import Decimal as D

from django.db.models import F, Q

from activities.models import Contribution, PledgeItem
from evaluations.choices import Category, Dimension
from evaluations.criteria.registry import Criterion, Mode, Number, Share, criteria
from evaluations.rules.facts import Record
from evaluations.rules.formulas import Each, Faults, Linear, Step, Steps

RESULTS = Dimension.RESULTS
Kind = Contribution.Kind
DEEDS_PROVE_NOT = "登记由支部自己填写，件数不证明效果。"


def deeds(*kinds: Kind) -> Number:
    """What a branch did of some kinds in the time."""
    names = "、".join(kind.label for kind in kinds)
    return Number(
        lambda span, on: Contribution.objects.filter(kind__in=kinds, done_on__range=(span.first, span.upto(on))),
        "party_organization", f"登记{names} {{}} 件", f"没有登记{names}",
        lambda row: Record(str(row), "activities.contribution", row.pk),
    )  # fmt: skip


tasks = Share(
    lambda span, on: PledgeItem.objects.filter(due_on__range=(span.first, span.last), due_on__lt=on),
    "party_organization", "到期的责任书事项 {of} 项，按期完成 {counted} 项",
    "到期的责任书事项 {of} 项，没有按期完成的",
    lambda row: Record(f"{row}：{(row.done_on and f'{row.done_on} 完成') or '没有完成'}，期限 {row.due_on}",
                       "activities.pledgeitem", row.pk, bool(row.done_on and row.done_on <= row.due_on)),
    none="期间没有到期的责任书事项，无从统计", part=Q(done_on__lte=F("due_on")),
)  # fmt: skip

criteria.add(
    Criterion(
        "4.1", RESULTS, "服务生产经营", D(6), formula=Each(each=D(2), unit="个项目"),
        asks="党组织牵头或参与的项目，单位认可的材料。", differs={Category.SOCIAL: D(0)},
    ),
    Criterion(
        "4.2", RESULTS, "合理化建议、技术攻关", D(4), formula=Each(),
        asks="被采纳的建议、完成的攻关，单位认可的材料。",
        source=deeds(Kind.PROPOSAL, Kind.BREAKTHROUGH).source, proves_not=DEEDS_PROVE_NOT,
    ),
    Criterion(
        "4.3", RESULTS, "依法经营、照章纳税、信用", D(4), formula=Faults(faults={"penalty": ("受到处罚，每次", D(4))}),
        asks="信用查询结果；有无行政处罚。", differs={Category.SOCIAL: D(0)},
    ),
    Criterion(
        "4.4", RESULTS, "上级任务完成", D(3), Mode.AUTO, Linear(), source=tasks.source,
        proves_not="只计登记的责任书事项，完成日期由支部自己填写，不证明完成的质量。",
    ),
    Criterion(
        "4.5", RESULTS, "品牌、典型经验", D(3),
        formula=Steps(steps=(Step(D(3), D(100), "市级"), Step(D(2), D("66.67"), "县级"), Step(D(1), D("33.33"), "街道"))),
        asks="推广、通报、报道的文件。",
    ),
    Criterion(
        "4.6", RESULTS, "服务事业发展", D(0), formula=Each(each=D(2), unit="个项目"),
        asks="党组织牵头或参与的公益、服务、教学、行业自律项目，单位或服务对象认可的材料。", differs={Category.SOCIAL: D(6)},
    ),
    Criterion(
        "4.7", RESULTS, "依法活动、执业、办学，照章纳税，年检合格", D(0), formula=Faults(faults={"penalty": ("受到处罚或年检不合格，每次", D(4))}),
        asks="年检（年报）、执业考核的结论；有无行政处罚、欠税。", differs={Category.SOCIAL: D(4)},
    ),
)  # fmt: skip
