"""建会率; and how much of what Party organizations study is held online."""

from django.db.models import Q

from core.indicators import Measure, declare, share
from orgs.indicators import COUNTED_UNITS, QUALITY, WORK
from orgs.subjects import NodeSubject
from tests.careful.models import Study

UNIONS = ("union_counted", "其中有工会", Q(union=True))
words = {"name": "建会率", "clause": "意见二-1", "basis": "纳入统计的单位中，有工会的。", "group": WORK}
declare(share(code="UNIONS", of=COUNTED_UNITS, part=UNIONS, **words))

STUDIES = NodeSubject(
    "studies", "专题学习", "次", frozenset({"region_code"}),
    model=Study, rows=lambda day: Study.objects.all(), node="party_organization",
)  # fmt: skip
ONLINE = ("studies_online", "其中线上", Q(online=True))
words = {"name": "线上学习", "clause": "意见三-3", "basis": "专题学习中，线上开展的。", "group": QUALITY}
declare(share(code="STUDIES", of=Measure(STUDIES, "studies", "专题学习"), part=ONLINE, **words))
