"""五个好, 荣誉 and 示范点 on the record pages of Party organizations, units, members and instructors; on the page of a secretary what
is to be scored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, Sum
from django.utils.http import urlencode

from accounts.permissions import Permission as P
from core.due import due_kinds
from core.panels import Panel, panels
from core.scope import Scope, may_change
from evaluations.models import Commendation, Evaluation, Honour, Pair, Quota, Round, Site, SiteVisit
from evaluations.queries.awards import checks_of
from evaluations.queries.results import to_lift
from evaluations.rules.awards import SITE_CRITERIA
from instructors.models import Instructor
from members.models import Member
from orgs.models import PartyOrganization
from orgs.models.party import steps

SHOWN = 5
MOST = 10  # honours
HONOURS = "evaluations/honours.html"


def _newest(scope: Scope, **of: Any) -> Mapping[str, Any] | None:
    rows = Evaluation.objects.within(scope).filter(**of).select_related("round").order_by("-pk")
    return {"rows": found} if (found := list(rows[:SHOWN])) else None


def of_branch(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    return _newest(scope, party_organization=record.pk, member=None)


def of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    return _newest(scope, member=record.pk)


def to_do(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What the branch is to score now, and applications that came back."""
    due = [
        item
        for code, whose in (("evaluations.self", "party_organization"), ("awards.returned", "branch"))
        for item in due_kinds[code].items(due_kinds[code].of(scope, on).filter(**{whose: record.pk}), scope, on)
    ]
    return {"due": due} if due else None


def at_work(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What it may apply for, and what the last result that is public misses to five goods."""
    assert isinstance(record, PartyOrganization)
    quotas = Quota.objects.filter(node__in=steps(record.path)).values("commendation")
    open_ = Commendation.objects.within(scope).filter(notice_on=None, propose_until__gte=on, pk__in=quotas)
    held = list(open_.order_by("propose_until", "pk"))
    rows = Evaluation.objects.within(scope).filter(party_organization=record.pk, member=None).select_related("round")
    public = rows.filter(round__state__in=(Round.State.NOTICE, Round.State.FINAL))
    last = public.order_by("-round__last_day").first()
    found = {"held": held, "last": last, "lifts": to_lift(last) if last else ()}
    return found if held or last else None


def _honours(column: str, record: models.Model, scope: Scope, **filled: Any) -> Mapping[str, Any]:
    """The newest, and what the form for one more is filled in with, where the reader may enter one."""
    rows = Honour.objects.within(scope).filter(**{column: record.pk}).order_by("-awarded_on", "-pk")
    found = list(rows[: MOST + 1])
    return {"rows": found[:MOST], "more": len(found) > MOST, "add": urlencode(filled)}


def honours_of_node(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    assert isinstance(record, PartyOrganization)
    mine = scope.having(P.EVALUATIONS_REVIEW).holds_path(record.path)
    filled = {"party_organization": record.pk} if mine and record.dissolved_on is None else {}
    return _honours("party_organization", record, scope, **filled)


def honours_of_unit(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    filled = {"unit": record.pk} if may_change(record, scope, Honour.change_permission) else {}
    return _honours("unit", record, scope, **filled)


def honours_of_member(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    assert isinstance(record, Member)
    filled = {"party_organization": record.party_organization_id, "member": record.pk}
    return _honours("member", record, scope, **filled if may_change(record, scope, Honour.change_permission) else {})


def honours_of_instructor(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any]:
    assert isinstance(record, Instructor)
    filled = {"party_organization": record.sent_by_id, "instructor": record.pk}
    return _honours(
        "instructor", record, scope, **filled if may_change(record, scope, Honour.change_permission) else {}
    )


def site_of(record: models.Model, scope: Scope, on: date) -> Mapping[str, Any] | None:
    """What it shows to others, or from whom it learns; nothing where it does neither."""
    site = Site.objects.within(scope).filter(party_organization=record.pk).order_by("-pk").first()
    pairs = Pair.objects.within(scope).select_related("site", "party_organization").order_by("-since", "-pk")
    learns = list(pairs.filter(party_organization=record.pk)[:SHOWN])
    if site is None:
        return {"learns": learns} if learns else None
    visits = SiteVisit.objects.within(scope).filter(site=site).order_by("-visited_on", "-pk")
    return {
        "site": site,
        "learns": learns,
        "pairs": list(pairs.filter(site=site)[:SHOWN]),
        "visits": list(visits[:SHOWN]),
        "received": visits.aggregate(times=Count("pk"), people=Sum("people")),
        "checks": [] if site.withdrawn_on else checks_of([site], on=on)[site.pk],
        "criteria": SITE_CRITERIA,
        "late": bool(site.expires_on and site.expires_on < on),
        "may": may_change(site, scope),
        "may_log": may_change(site, scope, SiteVisit.change_permission),
    }


panels.add(
    Panel("five", "五个好评定", "orgs.partyorganization", P.EVALUATIONS_VIEW, "evaluations/panel.html", of_branch, 18),
    Panel(
        "five_due", "五个好", "orgs.partyorganization", P.EVALUATIONS_SCORE, "evaluations/due_lines.html", to_do,
        page="branch_due",
    ),
    Panel(
        "five_line", "五个好", "orgs.partyorganization", P.EVALUATIONS_SCORE, "evaluations/line.html", at_work,
        page="branch",
    ),
    Panel("member_five", "五个好评定", "members.member", P.EVALUATIONS_VIEW, "evaluations/panel.html", of_member, 18),
    Panel("honours", "荣誉", "orgs.partyorganization", P.EVALUATIONS_VIEW, HONOURS, honours_of_node, 19),
    Panel("unit_honours", "荣誉", "orgs.organization", P.EVALUATIONS_VIEW, HONOURS, honours_of_unit, 80),
    Panel("member_honours", "荣誉", "members.member", P.EVALUATIONS_VIEW, HONOURS, honours_of_member, 19),
    Panel("instructor_honours", "荣誉", "instructors.instructor", P.EVALUATIONS_VIEW, HONOURS, honours_of_instructor, 19),
    Panel("site", "示范点", "orgs.partyorganization", P.EVALUATIONS_VIEW, "evaluations/site.html", site_of, 20),
)  # fmt: skip
