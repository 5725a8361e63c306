"""The health sheet of a branch: on one A4 page, for the branch itself and for whoever reviews its records."""

from __future__ import annotations

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.permissions import Permission as P
from activities.models import ActivityRecord
from activities.queries.branches import branches
from activities.queries.health import SIGNS, health_of
from activities.queries.lists import secretaries
from activities.rules.appraisal import year_of_meeting
from activities.wording import progress
from core.charts import sparkline
from core.pages import PageRequest, PermissionMixin
from core.panels import panels_for
from core.scope import may_change
from members.models import Member
from orgs.models import PartyOrganization


class BranchHealth(PermissionMixin, View):
    """A constant number of queries."""

    permission = P.ACTIVITIES_VIEW

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        seen = PartyOrganization.objects.within(request.scope.having(P.ACTIVITIES_VIEW)).filter(pk__in=branches())
        branch = seen.select_related("parent").filter(pk=pk).first()
        if branch is None:
            raise Http404("没有这个党支部，或不在您的管辖范围")
        today = timezone.localdate()
        health = health_of(branch, on=today)
        members = Member.objects.on_the_roll().filter(party_organization=branch)
        line = [(str(month), rate) for month, rate in health.attendance]
        context = {
            "title": "支部全年情况",
            "branch": branch,
            "secretary": secretaries([branch.pk], on=today)[branch.pk][0],
            "members": members.aggregate(number=Count("pk"))["number"],
            "health": health,
            "appraised": progress(health.appraisal, health.met),
            "year": year_of_meeting(today),
            "signs": SIGNS.values(),
            "line": sparkline(line),
            "today": today,
            "may_file": may_change(branch, request.scope, ActivityRecord.change_permission),
            "more": panels_for(branch, request.scope, today, page="health"),
        }
        return render(request, "activities/health.html", context)
