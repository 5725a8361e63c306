"""建会率."""

from django.db.models import Q

from core.indicators import declare, share
from orgs.indicators import COUNTED_UNITS

UNIONS = ("union_counted", "其中有工会", Q(union=True))
words = {"name": "建会率", "clause": "意见二-1", "basis": "纳入统计的单位中，有工会的。"}
declare(share(code="UNIONS", of=COUNTED_UNITS, part=UNIONS, **words))
