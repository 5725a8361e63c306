"""专题学习 as a branch is given points for it: in every draft of a rubric, in no default one, whose points are given away."""

from decimal import Decimal as D

from evaluations.choices import Dimension
from evaluations.criteria.registry import Criterion, Mode, Number, criteria
from evaluations.rules.facts import Record
from evaluations.rules.formulas import Each
from tests.careful.models import Study

studies = Number(
    lambda span, on: Study.objects.filter(held_on__range=(span.first, span.upto(on))), "party_organization",
    "专题学习 {} 次", "没有专题学习", lambda row: Record(f"{row}，{row.held_on}", "careful.study", row.pk),
)  # fmt: skip
criteria.add(
    Criterion(
        "3.9", Dimension.WORK, "专题学习", D(0), Mode.AUTO, Each(each=D("0.5"), unit="次"), source=studies.source,
        proves_not="只证明登记了专题学习，不证明学到了什么。",
    )
)  # fmt: skip
