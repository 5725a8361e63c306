"""荣誉 and 示范点 in figures: what was given this year of the Opinion's awards; which 示范点 are named, whether others learn from them, and
which are to be looked at anew."""

from __future__ import annotations

from functools import partial

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from core.indicators import Measure, declare, share
from evaluations.choices import Award
from evaluations.models import Honour, Pair, Site, SiteVisit
from evaluations.rules.awards import RECHECK_BEFORE
from orgs.facts import Day
from orgs.indicators import GOODS
from orgs.subjects import NodeSubject

CLAUSE = "意见三-4"
OF_OPINION = (Award.PARTY, Award.MEMBER, Award.INSTRUCTOR, Award.OWNER)


def _given(day: Day) -> QuerySet[Honour]:
    """This year, as long as they stand."""
    return Honour.objects.filter(awarded_on__year=day.on.year, awarded_on__lte=day.on, withdrawn_on=None)


def _sites(day: Day) -> QuerySet[Site]:
    """Those that stand, with whoever came this year and learns there today."""
    visits = SiteVisit.objects.filter(site=OuterRef("pk"), visited_on__year=day.on.year, visited_on__lte=day.on)
    pairs = Pair.objects.on(day.on).filter(site=OuterRef("pk"))
    return Site.objects.standing().alias(
        visited=Exists(visits), paired=Exists(pairs), soon=Value(day.on + RECHECK_BEFORE)
    )


subject = partial(NodeSubject, keys=frozenset({"region_code"}), node="party_organization")
HONOURS = Measure(subject("honours", "荣誉", "项", model=Honour, rows=_given), "honours", "今年授予的荣誉")
SITES = Measure(subject("sites", "示范点", "个", model=Site, rows=_sites), "sites", "示范点")
NAMED = Q(named_on__isnull=False)

AWARDED = tuple(
    share(
        code=f"AWARDED_{award}",
        name=f"受表彰的{award.label}",
        clause=CLAUSE,
        group=GOODS,
        basis=f"今年授予的荣誉中，称号是“{award.label}”的，从评选表彰登记或者按文件登记；已撤销的不计。",
        of=HONOURS,
        part=(f"honours_{award.lower()}", f"其中{award.label}", Q(title=award.label)),
    )
    for award in OF_OPINION
)
SITES_NAMED = share(
    code="SITES_NAMED",
    name="已命名的示范点",
    clause=CLAUSE,
    group=GOODS,
    basis="登记的示范点中，已经命名的；其余还在培育。已撤销的不计。",
    of=SITES,
    part=("sites_named", "其中已命名", NAMED),
)
of_named = partial(share, clause=CLAUSE, group=GOODS, of=SITES_NAMED.numerator)
SITES_SHOWN = of_named(
    code="SITES_SHOWN",
    name="今年有参观或结对的示范点",
    basis="已命名的示范点中，今年有单位来参观，或者正与其他党组织结对的。",
    part=("sites_shown", "其中有参观或结对", Q(visited=True) | Q(paired=True)),
)
SITES_DUE = of_named(
    code="SITES_DUE",
    name="到期应复核的示范点",
    basis="已命名的示范点中，有效期已过或者将满（已列为待办）、还没有复核的。",
    part=("sites_due", "其中应复核", Q(expires_on__lte=F("soon"))),
    more_is_better=False,
)
declare(*AWARDED, SITES_NAMED, SITES_SHOWN, SITES_DUE)
