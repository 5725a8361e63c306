"""Addresses of organization life: a branch's own work. The key in the address of a record's form is the record's."""

from django.urls import path

from activities.views.appraisal import AppraisalPage
from activities.views.branch import BranchPage, OwnBranch
from activities.views.filing import FilingPage
from activities.views.health import BranchHealth
from activities.views.lists import MissingList, WantedList
from activities.views.months import ActivityMonths
from activities.views.plans import ContributionPage, PlanPage
from activities.views.record import AttachmentFile, RecordList, RecordPage
from activities.views.review import ReviewPage, ReviewQueue

urlpatterns = [
    path("branch/", OwnBranch.as_view(), name="branch"),
    path("branch/<int:pk>/", BranchPage.as_view(), name="branch_of"),
    path("branch/<int:pk>/records/<uuid:key>/", FilingPage.as_view(), name="record_form"),
    path("branch/<int:pk>/plans/new/", PlanPage.as_view(), name="plan_new"),
    path("branch/<int:pk>/contributions/new/", ContributionPage.as_view(), name="contribution_new"),
    path("branch/<int:pk>/appraisals/<int:year>/", AppraisalPage.as_view(), name="appraisal"),
    path("branch/plans/<int:row>/", PlanPage.as_view(), name="plan"),
    path("branch/contributions/<int:row>/", ContributionPage.as_view(), name="contribution"),
    path("branch/records/", RecordList.as_view(), name="records"),
    path("branch/records/<int:pk>/", RecordPage.as_view(), name="record"),
    path("branch/files/<int:pk>/", AttachmentFile.as_view(), name="attachment"),
    # the street
    path("reviews/", ReviewQueue.as_view(), name="reviews"),
    path("reviews/<int:pk>/", ReviewPage.as_view(), name="review"),
    path("reviews/months/", ActivityMonths.as_view(), name="activity_months"),
    path("reviews/missing/", MissingList.as_view(), name="missing"),
    path("reviews/branches/", WantedList.as_view(), name="branch_lists"),
    path("health/<int:pk>/", BranchHealth.as_view(), name="branch_health"),
]
