"""群众反映好."""

from __future__ import annotations

from decimal import Decimal as D

from activities.models import Contribution
from evaluations.choices import Category, Dimension
from evaluations.criteria.registry import Criterion, criteria
from evaluations.criteria.results import DEEDS_PROVE_NOT, deeds
from evaluations.rules.formulas import Each, Faults, Step, Steps

MASSES = Dimension.MASSES
RIGHTS = deeds(Contribution.Kind.RIGHTS).source
DISPUTES = Faults(faults={"dispute": ("纠纷没有解决，每起", D(2)), "mass": ("群体性事件", D(4))})

criteria.add(
    Criterion(
        "5.2", MASSES, "出资人、管理者评价", D(4),
        formula=Steps(steps=(Step(D(3), D(100), "优"), Step(D(2), D(75), "良"), Step(D(1), D(50), "中"))),
        asks="出资人或管理者签字的评价。",
    ),
    Criterion(
        "5.3", MASSES, "维护职工权益、劳动关系和谐", D(4), formula=DISPUTES,
        asks="劳动争议调处记录；有无群体性事件。", differs={Category.SOCIAL: D(0)},
        source=RIGHTS, proves_not=DEEDS_PROVE_NOT,
    ),
    Criterion(
        "5.4", MASSES, "为党员群众办实事", D(4), formula=Each(), asks="办实事的清单、照片，受益人的反映。",
        source=deeds(Contribution.Kind.SERVICE).source, proves_not=DEEDS_PROVE_NOT,
    ),
    Criterion(
        "5.5", MASSES, "维护从业人员、会员和服务对象权益", D(0), formula=DISPUTES,
        asks="投诉、争议的处理记录；有无群体性事件。", differs={Category.SOCIAL: D(4)},
        source=RIGHTS, proves_not=DEEDS_PROVE_NOT,
    ),
)  # fmt: skip
