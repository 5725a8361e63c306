"""Addresses of organization life: a branch's own work. The key in the address of a record's form is the record's."""

from django.urls import path

from activities.models import Regulation
from activities.views.appraisal import AppraisalPage
from activities.views.branch import BranchPage, OwnBranch
from activities.views.filing import FilingPage
from activities.views.from_above import CampaignList, CampaignPage, ExperienceList, ExperiencePage, PublishPage
from activities.views.health import BranchHealth
from activities.views.lists import MissingList, RightsList, WantedList
from activities.views.members import HoursList, OwnerList
from activities.views.months import ActivityMonths
from activities.views.record import AttachmentFile, RecordList, RecordPage
from activities.views.review import ReviewPage, ReviewQueue
from activities.views.rows import RowList, RowPage

urlpatterns = [
    path("branch/", OwnBranch.as_view(), name="branch"),
    path("branch/<int:pk>/", BranchPage.as_view(), name="branch_of"),
    path("branch/<int:pk>/records/<uuid:key>/", FilingPage.as_view(), name="record_form"),
    path("branch/<int:pk>/appraisals/<int:year>/", AppraisalPage.as_view(), name="appraisal"),
    path("branch/hours/", HoursList.as_view(), name="hours"),
    path("branch/owners/", OwnerList.as_view(), name="owners"),
    path("branch/records/", RecordList.as_view(), name="records"),
    path("branch/records/<int:pk>/", RecordPage.as_view(), name="record"),
    path("branch/files/<int:pk>/", AttachmentFile.as_view(), name="attachment"),
    path("branch/regulations/<int:pk>/file/", AttachmentFile.as_view(model=Regulation), name="regulation_file"),
    path("branch/<int:pk>/<slug:kind>/", RowList.as_view(), name="rows"),
    path("branch/<int:pk>/<slug:kind>/new/", RowPage.as_view(), name="row_new"),
    path("branch/<slug:kind>/<int:row>/", RowPage.as_view(), name="row"),
    path("campaigns/", CampaignList.as_view(), name="campaigns"),
    path("campaigns/<int:pk>/", CampaignPage.as_view(), name="campaign"),
    path("experiences/", ExperienceList.as_view(), name="experiences"),
    path("experiences/<int:pk>/", ExperiencePage.as_view(), name="experience"),
    # the street
    path("reviews/<int:pk>/publish/", PublishPage.as_view(), name="publish"),
    path("reviews/", ReviewQueue.as_view(), name="reviews"),
    path("reviews/<int:pk>/", ReviewPage.as_view(), name="review"),
    path("reviews/months/", ActivityMonths.as_view(), name="activity_months"),
    path("reviews/missing/", MissingList.as_view(), name="missing"),
    path("reviews/branches/", WantedList.as_view(), name="branch_lists"),
    path("reviews/rights/", RightsList.as_view(), name="rights"),
    path("health/<int:pk>/", BranchHealth.as_view(), name="branch_health"),
]
