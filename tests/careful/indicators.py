"""建会率."""

from django.db.models import Q

from core.indicators import Indicator, declare
from orgs.subjects import counts

COUNTED, BOTH = counts("counted", "纳入统计单位", Q(counted=True)), Q(counted=True, union=True)
UNION = counts("union_counted", "其中有工会", BOTH)
declare(Indicator("UNIONS", "建会率", "意见二-1", "纳入统计的单位中，有工会的。", COUNTED, UNION))
